// A wallet that is not ours (`@openid4vc/openid4vci`), and a verifier of what it holds
// (`@sd-jwt/sd-jwt-vc`), over real HTTP. Reads one request from standard input:
//   {collect: {offer, digits, lies}}     follow an offer up to the copy; `lies` go into the proof
//   {show: {copy, key, names, boundTo}}  show a copy with these claims, and judge what is shown
// and writes what came of it: {refused, last, ...}. Only this machine is asked.
import {createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify} from 'node:crypto'
import {Openid4vciClient, setGlobalConfig} from '@openid4vc/openid4vci'
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc'

setGlobalConfig({allowInsecureUrls: true}) // the academy of a test has no TLS

let text = ''
for await (const part of process.stdin) text += part
const {collect, show} = JSON.parse(text)

const encode = value => Buffer.from(value).toString('base64url')
const part = value => encode(JSON.stringify(value))
const read = value => JSON.parse(Buffer.from(value, 'base64url').toString())
const newKey = () => generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey.export({format: 'jwk'})
const publicHalf = ({kty, crv, x, y}) => ({kty, crv, x, y})
const hasher = async data => new Uint8Array(createHash('sha256').update(data).digest())

function es256(data, key) {
  const privateKey = createPrivateKey({key, format: 'jwk'})
  return sign('sha256', Buffer.from(data), {key: privateKey, dsaEncoding: 'ieee-p1363'}).toString('base64url')
}

function holds(data, signature, key) {
  const publicKey = createPublicKey({key, format: 'jwk'})
  const bytes = Buffer.from(signature, 'base64url')
  return verify('sha256', Buffer.from(data), {key: publicKey, dsaEncoding: 'ieee-p1363'}, bytes)
}

let last = null
async function onlyHere(address, options) {
  const url = new URL(address)
  if(url.hostname !== '127.0.0.1') throw new Error(`not here: ${url.host}`)
  const response = await fetch(address, options)
  last = {path: url.pathname, status: response.status, body: await response.clone().text()}
  return response
}

async function follow({offer, digits, lies = {}}) {
  const key = newKey()
  const client = new Openid4vciClient({
    callbacks: {
      fetch: onlyHere,
      generateRandom: length => randomBytes(length),
      hash: data => hasher(data),
      clientAuthentication: () => {},
      signJwt: (signer, {header, payload}) => {
        const said = `${part(header)}.${part({...payload, ...lies.claims})}`
        const signature = es256(said, lies.otherKey ? newKey() : key)
        return {jwt: `${said}.${signature}`, signerJwk: signer.publicJwk}
      }
    }
  })
  const credentialOffer = await client.resolveCredentialOffer(offer)
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const [credentialConfigurationId] = credentialOffer.credential_configuration_ids
  const {accessTokenResponse} = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer, issuerMetadata, txCode: digits
  })
  const accessToken = accessTokenResponse.access_token
  const {c_nonce: nonce} = await client.requestNonce({issuerMetadata})
  const signer = {method: 'jwk', alg: 'ES256', publicJwk: publicHalf(key)}
  const ask = async () => {
    const {jwt} = await client.createCredentialRequestJwtProof({issuerMetadata, credentialConfigurationId, signer, nonce})
    const found = await client.retrieveCredentials({issuerMetadata, accessToken, credentialConfigurationId, proofs: {jwt: [jwt]}})
    return found.credentialResponse.credentials[0].credential
  }
  const copy = await ask()
  const again = lies.twice ? await ask() : null
  return {version: issuerMetadata.originalDraftVersion, copy, again, key}
}

async function judge({copy, key, names, boundTo}) {
  const issuer = read(copy.split('.')[1]).iss
  const {jwks} = await (await onlyHere(`${issuer}/.well-known/jwt-vc-issuer`)).json()
  const byIssuer = (data, signature) => {
    const {kid} = read(data.split('.')[0])
    const found = jwks.keys.find(one => one.kid === kid)
    return found ? holds(data, signature, found) : false
  }
  const instance = new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    verifier: byIssuer,
    kbSigner: data => es256(data, boundTo ?? key),
    kbSignAlg: 'ES256',
    kbVerifier: (data, signature, payload) => holds(data, signature, payload.cnf.jwk),
    loadTypeMetadataFormat: true
  })
  const nonce = randomBytes(12).toString('hex')
  const shown = await instance.present(copy, Object.fromEntries(names.map(name => [name, true])), {
    kb: {payload: {iat: Math.floor(Date.now() / 1000), aud: 'https://verifier.example', nonce}}
  })
  const {payload, header, typeMetadata} = await instance.verify(shown, {keyBindingNonce: nonce})
  return {payload, header, type: typeMetadata.mergedTypeMetadata}
}

let said
try {
  said = {refused: null, ...(collect ? await follow(collect) : await judge(show))}
} catch(error) {
  said = {refused: error.message || error.name}
}
process.stdout.write(JSON.stringify({...said, last}))
