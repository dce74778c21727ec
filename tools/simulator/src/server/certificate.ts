import { randomBytes } from 'node:crypto';
import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

/**
 * Creates a self-signed certificate for localhost, 127.0.0.1 and ::1, and a name of its own if it has one. Clients trust it
 * through NODE_EXTRA_CA_CERTS.
 */
export async function makeCertificate(name?: string): Promise<Certificate> {
  // A unique name: a client that trusts several simulators looks the issuer up by name.
  const commonName = `Simulated Steam CM ${randomBytes(8).toString('hex')}`;
  const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
    // Generated at every start: an elliptic key takes 10 ms, RSA sometimes takes seconds.
    keyType: 'ec',
    algorithm: 'sha256',
    // Valid for clocks that are a little behind, too.
    notBeforeDate: new Date(Date.now() - 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          ...(name ? [{ type: 2 as const, value: name }] : []),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { key, cert };
}
