/** How much of a picture is cut off at each side, in percent of its width or height. */
export type Edges = { left: number; top: number; right: number; bottom: number }

/** What is moved of a frame over a picture: one edge, two that meet in a corner, or all four. */
export type Grip = readonly (keyof Edges)[]

/** The least that a crop leaves of a picture's width and of its height, in percent. */
export const LEAST_LEFT = 5

/** Nothing is cut off. */
export const NO_EDGES: Edges = { left: 0, top: 0, right: 0, bottom: 0 }

/**
 * The edges after `grip` was moved by so many percent of the picture to the right and down. They stay in the picture and as far apart as
 * they must be; a frame that is moved as a whole keeps its size.
 */
export function moveEdges(edges: Edges, grip: Grip, across: number, down: number): Edges {
  const [left, right] = moved(
    [edges.left, edges.right],
    [grip.includes('left'), grip.includes('right')],
    across,
  )
  const [top, bottom] = moved(
    [edges.top, edges.bottom],
    [grip.includes('top'), grip.includes('bottom')],
    down,
  )
  return { left, top, right, bottom }
}

/** Two edges that are opposite each other, the near one and the far one. */
function moved(
  [near, far]: [number, number],
  [isNear, isFar]: [boolean, boolean],
  by: number,
): [number, number] {
  if (isNear && isFar) {
    const step = within(by, -near, far)
    return [rounded(near + step), rounded(far - step)]
  }
  return [
    isNear ? rounded(within(near + by, 0, 100 - LEAST_LEFT - far)) : near,
    isFar ? rounded(within(far - by, 0, 100 - LEAST_LEFT - near)) : far,
  ]
}

function within(number: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, number))
}

/** To hundredths of a percent, as crops are kept. */
function rounded(percent: number): number {
  return Math.round(percent * 100) / 100
}
