/** What a device's log says of a book whose file may be on it. */
export type FileEvent = {
  /**
   * - `begun`, `completed`: a download from this server.
   * - `cut`: a download from this server broke off before its last byte.
   * - `asked`: its annotations were asked for with a token of ours, as after a download, and filled from here.
   * - `shown`: something that only a device with the file does.
   * - `called`: a call about annotations with a token of ours, whatever it is about.
   * - `ended`: the file is gone.
   * - `forgotten`: the device or this server was put back to an earlier day.
   */
  kind: 'begun' | 'completed' | 'cut' | 'asked' | 'shown' | 'called' | 'ended' | 'forgotten'
  /** Arrival, epoch ms. */
  at: number
}

/** When else annotations were told of, in epoch ms. */
export type Calls = {
  /** The device last called about annotations with a token of ours; null when it never did. */
  verified: number | null
  /** Somebody without a token of ours told of annotations of this book, or asked for them. */
  unverified: readonly number[]
}

/**
 * Whether a device may have highlights in a book that are not stored here, so that fetching the book again may cost them. `events` are
 * in the order of the log. Every download empties a book's annotations and fills them from here, so that only the time since the
 * last one counts. What was marked since is stored when calls with a token of ours arrive, and none came without. A book that
 * was there before its first download from here may have any number of highlights; one of which no download was ever whole has none.
 */
export function mayBeUnsaved(events: readonly FileEvent[], calls: Calls): boolean {
  let seen = NOT_THERE
  for (const event of events) seen = after(seen, event)
  const { since, wasThereBefore, isHeard, isBroken } = seen
  if (since === null || wasThereBefore) return true
  if (!isHeard && !isBroken && (calls.verified ?? -1) < since) return true
  return calls.unverified.some((at) => at >= since)
}

type Seen = {
  /** When the download began by which the device has the file from here. */
  since: number | null
  /** When a download began that is not known to be complete. */
  fetching: number | null
  wasThereBefore: boolean
  /** A call with a token of ours came since the last download began. */
  isHeard: boolean
  /** Every download so far broke off, and nothing shows that the file is there all the same. */
  isBroken: boolean
}

const NOT_THERE: Seen = {
  since: null,
  fetching: null,
  wasThereBefore: false,
  isHeard: false,
  isBroken: false,
}

function after(seen: Seen, { kind, at }: FileEvent): Seen {
  const { since, fetching, wasThereBefore } = seen
  // Only its first downloads: of a book that was there, the file of before may be there still.
  if (kind === 'cut') return { ...seen, isBroken: fetching !== null && fetching === since }
  if (kind === 'ended') return NOT_THERE
  if (kind === 'forgotten') return { ...NOT_THERE, wasThereBefore: true }
  if (kind === 'begun')
    return {
      ...seen,
      since: (seen.isBroken ? null : since) ?? (wasThereBefore ? null : at),
      fetching: at,
      isHeard: false,
      isBroken: false,
    }
  if (kind === 'completed')
    return {
      ...seen,
      since: fetching ?? at,
      fetching: null,
      wasThereBefore: false,
      isBroken: false,
    }
  if (kind === 'shown')
    return { ...seen, wasThereBefore: wasThereBefore || since === null || seen.isBroken }
  if (kind === 'asked' && fetching !== null)
    return {
      since: fetching,
      fetching: null,
      wasThereBefore: false,
      isHeard: true,
      isBroken: false,
    }
  return { ...seen, isHeard: true }
}
