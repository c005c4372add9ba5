import { archivePath } from './archive-path.ts'
import { readXml } from './read-xml.ts'

/** Where every EPUB names its package document (EPUB Open Container Format 3.3, 4.2.6.3.1). */
export const CONTAINER_PATH = 'META-INF/container.xml'

/**
 * The names of the package documents that a container.xml lists, the best first: those with the package media type,
 * then the others.
 */
export function packagePaths(xml: string): string[] {
  const proper: string[] = []
  const others: string[] = []
  readXml(xml, {
    open({ name, attributes }) {
      if (name !== 'rootfile') return undefined
      const path = archivePath('', attributes.get('full-path') ?? '')
      if (path === undefined) return undefined
      const isPackage = attributes.get('media-type')?.trim() === 'application/oebps-package+xml'
      ;(isPackage ? proper : others).push(path)
      return proper.length + others.length > ROOTFILE_LIMIT ? 'stop' : undefined
    },
  })
  return [...proper, ...others]
}

const ROOTFILE_LIMIT = 20
