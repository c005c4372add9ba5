import { requiredResources } from '../required-resources.ts'
import { isRecord } from './shape.ts'

const placeholders = new Map([
  ['image_url_template', ['{ImageId}', '{Width}', '{Height}']],
  [
    'image_url_quality_template',
    ['{ImageId}', '{Width}', '{Height}', '{Quality}', '{IsGreyscale}'],
  ],
])

/** What is wrong with the answer to the initialization (docs/protocol/initialization.md). */
export function complaintsAboutResources(body: unknown, apiToken: string | undefined): string[] {
  const complaints = apiToken ? [] : ['the answer has no x-kobo-apitoken']
  const resources = isRecord(body) ? body['Resources'] : undefined
  if (!isRecord(resources)) return [...complaints, 'Resources must be an object']
  const missing = requiredResources.filter((key) => !(key in resources))
  if (missing.length > 0) {
    const some = missing.slice(0, 3).join(', ')
    complaints.push(`Resources lacks ${missing.length} of the store's keys (${some} …)`)
  }
  for (const [key, value] of Object.entries(resources)) {
    if (typeof value === 'boolean')
      complaints.push(`Resources.${key} must be the text True or False`)
  }
  for (const [key, marks] of placeholders) {
    const template = resources[key]
    if (typeof template !== 'string') continue
    const absent = marks.filter((mark) => !template.includes(mark))
    if (absent.length > 0) complaints.push(`Resources.${key} lacks ${absent.join(', ')}`)
  }
  return complaints
}
