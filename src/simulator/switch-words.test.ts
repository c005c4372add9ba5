import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defaultSwitches } from './switches.ts'
import { hyphened, listSwitches, readSwitch, switchNames } from './switch-words.ts'

test.each([
  ['token-stored=pinned', { tokenStored: 'pinned' }],
  ['page-applied=item-by-item', { pageApplied: 'item-by-item' }],
  ['removed-row-revived=no', { removedRowRevived: false }],
  ['downloads-per-sync=all', { downloadsPerSync: Infinity }],
  ['downloads-per-sync=0', { downloadsPerSync: 0 }],
  ['clock-ahead-ms=-3600000', { clockAheadMs: -3_600_000 }],
  ['firmware=5.18.200000', { firmware: '5.18.200000' }],
])('%s is a switch', (spec, switches) => {
  expect(readSwitch(spec)).toEqual(switches)
})

test.each([
  ['token-stored=never', 'token-stored takes per-page | at-end | pinned, not never.'],
  ['removed-row-revived=true', 'removed-row-revived takes yes | no, not true.'],
  ['tokenStored=pinned', '--switch needs NAME=VALUE'],
  ['token-stored', '--switch needs NAME=VALUE'],
])('%s is none', (spec, why) => {
  expect(() => readSwitch(spec)).toThrow(why)
})

test('every switch is listed, with a word for its usual position that it takes', () => {
  expect(switchNames().sort()).toEqual(Object.keys(defaultSwitches).sort())
  for (const line of listSwitches()) {
    const [, name = '', usual = ''] = /^(\S+) .*\(([^()]*)\)$/.exec(line) ?? []
    const [value] = Object.values(readSwitch(`${name}=${usual}`))
    expect(defaultSwitches).toMatchObject({ [toCamel(name)]: value })
  }
})

test('every switch stands in docs/protocol/simulated-kobo.md', () => {
  const path = join(import.meta.dirname, '../../docs/protocol/simulated-kobo.md')
  const page = readFileSync(path, 'utf8')
  expect(switchNames().filter((name) => !page.includes(`\`${hyphened(name)}\``))).toEqual([])
})

function toCamel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
