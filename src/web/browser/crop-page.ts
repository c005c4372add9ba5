import { LEAST_LEFT, moveEdges, type Edges, type Grip } from '../../catalogue/crop-edges.ts'
import { shadeAround } from '../book/shade.ts'

// The page that crops a cover works without this, by its fields. With it, a frame over the picture can be dragged, and the fields follow.

const SIDES = ['left', 'top', 'right', 'bottom'] as const
const GRIPS: readonly Grip[] = [
  ['left', 'top', 'right', 'bottom'],
  ['left', 'top'],
  ['right', 'top'],
  ['left', 'bottom'],
  ['right', 'bottom'],
  ['left'],
  ['top'],
  ['right'],
  ['bottom'],
]

/** Percent for a key, and for one with the key for more. */
const STEP = 1
const LEAP = 10

const KEYS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

const whole = document.getElementById('whole')
const drawing = whole?.querySelector('svg')
if (whole && drawing) openFrame(whole, drawing)

/** Lays a frame with handles over the picture. */
function openFrame(whole: HTMLElement, drawing: SVGSVGElement): void {
  const frame = document.createElement('div')
  frame.className = 'frame'
  const handles = GRIPS.map((grip) => handleOf(grip))
  const show = (edges: Edges): void => {
    for (const side of SIDES) frame.style[side] = `${edges[side]}%`
    for (const [index, handle] of handles.entries()) tellHandle(handle, GRIPS[index], edges)
    drawCrop(drawing, edges)
  }
  const change = (edges: Edges): void => {
    for (const side of SIDES) {
      const field = fieldOf(side)
      if (field) field.value = String(edges[side])
    }
    show(edges)
  }
  for (const [index, handle] of handles.entries()) {
    const grip = GRIPS[index] ?? []
    letDrag(handle, grip, whole, change)
    handle.addEventListener('keydown', (event) => {
      const [across, down] = KEYS[event.key] ?? []
      if (across === undefined || down === undefined) return
      event.preventDefault()
      const by = event.shiftKey ? LEAP : STEP
      change(moveEdges(edgesInFields(), grip, across * by, down * by))
    })
  }
  for (const side of SIDES) fieldOf(side)?.addEventListener('input', () => show(edgesInFields()))
  frame.append(...handles)
  whole.append(frame)
  show(edgesInFields())
}

/** What can be taken hold of. One edge is also for the keyboard, and says where it is; the others are for a pointer. */
function handleOf(grip: Grip): HTMLElement {
  const handle = document.createElement('div')
  handle.className = 'handle'
  handle.dataset['grip'] = grip.join(' ')
  const [side] = grip
  if (grip.length > 1 || side === undefined) return handle
  handle.tabIndex = 0
  handle.setAttribute('role', 'slider')
  handle.setAttribute('aria-label', `${side.charAt(0).toUpperCase()}${side.slice(1)} edge`)
  handle.setAttribute('aria-valuemin', '0')
  handle.setAttribute('aria-valuemax', String(100 - LEAST_LEFT))
  const isUpright = side === 'top' || side === 'bottom'
  handle.setAttribute('aria-orientation', isUpright ? 'vertical' : 'horizontal')
  return handle
}

function tellHandle(handle: HTMLElement, grip: Grip = [], edges: Edges): void {
  const [side] = grip
  if (grip.length > 1 || side === undefined) return
  handle.setAttribute('aria-valuenow', String(edges[side]))
  handle.setAttribute('aria-valuetext', `${edges[side]} % cut off`)
}

function letDrag(
  handle: HTMLElement,
  grip: Grip,
  whole: HTMLElement,
  change: (edges: Edges) => void,
): void {
  let from: { x: number; y: number; edges: Edges } | undefined
  handle.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    from = { x: event.clientX, y: event.clientY, edges: edgesInFields() }
    handle.setPointerCapture(event.pointerId)
  })
  handle.addEventListener('pointermove', (event) => {
    if (!from) return
    const { width, height } = whole.getBoundingClientRect()
    const across = ((event.clientX - from.x) / width) * 100
    const down = ((event.clientY - from.y) / height) * 100
    change(moveEdges(from.edges, grip, across, down))
  })
  for (const end of ['pointerup', 'pointercancel'] as const)
    handle.addEventListener(end, () => (from = undefined))
}

/** Draws what is cut off in the shade, and what is left over. */
function drawCrop(drawing: SVGSVGElement, { left, top, right, bottom }: Edges): void {
  const size = drawing.viewBox.baseVal
  const x = (size.width * left) / 100
  const y = (size.height * top) / 100
  const width = (size.width * (100 - left - right)) / 100
  const height = (size.height * (100 - top - bottom)) / 100
  drawing
    .querySelector('.shade')
    ?.setAttribute('d', shadeAround(size, { left: x, top: y, width, height }))
  document.getElementById('left-over')?.setAttribute('viewBox', [x, y, width, height].join(' '))
  const part = document.querySelector('#part rect')
  for (const [name, value] of Object.entries({ x, y, width, height }))
    part?.setAttribute(name, String(value))
}

/** What the fields say, as far as it can be drawn. */
function edgesInFields(): Edges {
  const said = { left: 0, top: 0, right: 0, bottom: 0 }
  for (const side of SIDES) {
    const percent = Number(fieldOf(side)?.value.replace(',', '.'))
    said[side] = Number.isFinite(percent) ? percent : 0
  }
  // What lies beside the picture, or leaves nothing of it, is drawn as the nearest that can be.
  return moveEdges(moveEdges(said, ['left', 'top'], 0, 0), ['right', 'bottom'], 0, 0)
}

function fieldOf(side: keyof Edges): HTMLInputElement | undefined {
  const field = document.getElementById(side)
  return field instanceof HTMLInputElement ? field : undefined
}
