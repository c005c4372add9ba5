import type { Metadata } from './metadata.ts'
import type { ManifestEntry, PackageElements } from './package-elements.ts'

/** A place where the cover may be: an image, or a page whose first image is meant. `guessed`: nothing says so. */
export type CoverCandidate = { path: string; kind: 'image' | 'page'; guessed: boolean }

/**
 * Where to look for the cover, best first: the image that EPUB 3 marks, the one that an EPUB 2 `meta` names by its
 * manifest id (or, by mistake, its address), the cover of the guide, and the first page.
 */
export function coverCandidates(elements: PackageElements, metadata: Metadata): CoverCandidate[] {
  const { manifest, guide } = elements
  const marked = manifest.filter((entry) => entry.properties.includes('cover-image'))
  const named = metadata
    .metas('cover')
    .slice(0, CANDIDATE_LIMIT)
    .flatMap(({ value }) => {
      const byId = manifest.find((entry) => entry.id === value)
      return byId ?? manifest.find((entry) => `/${entry.path}`.endsWith(`/${value}`)) ?? []
    })
  const guided = guide
    .filter((reference) => reference.type === 'cover')
    .slice(0, CANDIDATE_LIMIT)
    .map(({ path }) => manifest.find((entry) => entry.path === path) ?? unlisted(path))
  const firstId = elements.spine[0]
  const first = manifest.find((entry) => entry.id === firstId)
  const candidates = [...marked, ...named, ...guided].map((entry) => candidate(entry, false))
  if (first !== undefined) candidates.push(candidate(first, true))
  const distinct = new Map(candidates.toReversed().map((one) => [one.path, one]))
  return candidates.filter((one) => distinct.get(one.path) === one).slice(0, CANDIDATE_LIMIT)
}

const CANDIDATE_LIMIT = 8

function unlisted(path: string): ManifestEntry {
  return { id: '', path, mediaType: '', properties: [] }
}

/** An SVG is a page: what counts is the picture inside it. */
function candidate({ path, mediaType }: ManifestEntry, guessed: boolean): CoverCandidate {
  const isImage =
    (mediaType.startsWith('image/') && mediaType !== 'image/svg+xml') ||
    /\.(?:jpe?g|png|gif|webp)$/iu.test(path)
  return { path, kind: isImage ? 'image' : 'page', guessed }
}
