declare global {
  interface Window {
    /** Only some browsers have it, and only over HTTPS or on the same machine. */
    showDirectoryPicker?: (how?: {
      mode: 'read' | 'readwrite'
    }) => Promise<FileSystemDirectoryHandle>
  }
}

/** Asks for a folder; undefined when somebody chose none after all. Throws where the browser has no such question: look first. */
export async function pickFolder(
  mode: 'read' | 'readwrite',
): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    return await window.showDirectoryPicker?.({ mode })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}
