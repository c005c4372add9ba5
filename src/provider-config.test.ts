import { describe, expect, test } from 'vitest'
import { readProvider } from './provider-config.ts'

const whole = {
  HOLDFAST_OIDC_ISSUER: 'https://id.example.org',
  HOLDFAST_OIDC_CLIENT_ID: 'holdfast',
}

describe('what the environment says of a provider', () => {
  test('is nothing where it says nothing', () => {
    expect(readProvider({ HOLDFAST_OIDC_ISSUER: '' })).toBeNull()
  })

  test('needs little', () => {
    expect(readProvider(whole)).toEqual({
      issuer: 'https://id.example.org',
      clientId: 'holdfast',
      clientSecret: null,
      name: 'id.example.org',
      scopes: 'openid profile email',
      groupsClaim: 'groups',
      allow: [],
      owners: [],
    })
  })

  test('has lists with commas', () => {
    const lists = { HOLDFAST_OIDC_ALLOW: ' a, b@example.org ,', HOLDFAST_OIDC_OWNERS: 'sub:c' }
    expect(readProvider({ ...whole, ...lists })).toMatchObject({
      allow: ['a', 'b@example.org'],
      owners: ['sub:c'],
    })
  })

  test.each([
    [{ HOLDFAST_OIDC_ISSUER: 'http://id.example.org' }, 'must be an https address'],
    [{ HOLDFAST_OIDC_ISSUER: 'http://127.0.0.1.example.org' }, 'must be an https address'],
    [{ HOLDFAST_OIDC_ISSUER: 'https://a:b@id.example.org' }, 'must be an https address'],
    [{ HOLDFAST_OIDC_ISSUER: 'id' }, 'must be an https address'],
    [{ HOLDFAST_OIDC_CLIENT_ID: '' }, 'needs HOLDFAST_OIDC_CLIENT_ID'],
    [{ HOLDFAST_OIDC_ISSUER: '', HOLDFAST_OIDC_ALLOW: 'a' }, 'needs HOLDFAST_OIDC_ISSUER'],
    [{ HOLDFAST_OIDC_SCOPES: 'email' }, 'must name openid'],
  ])('is refused in one sentence: %o', (wrong, sentence) => {
    expect(() => readProvider({ ...whole, ...wrong })).toThrow(sentence)
  })

  test('may be on this machine without encryption', () => {
    const issuer = 'http://localhost:9000'
    expect(readProvider({ ...whole, HOLDFAST_OIDC_ISSUER: issuer })?.issuer).toBe(issuer)
  })
})
