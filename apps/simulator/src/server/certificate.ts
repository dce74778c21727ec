import { generate } from 'selfsigned';

export interface Certificate {
  key: string;
  cert: string;
}

/**
 * A certificate for localhost, 127.0.0.1 and ::1, signed by itself, with a key of its own: clients trust it by getting
 * it through NODE_EXTRA_CA_CERTS, and nobody else ever does.
 */
export async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    // Made at every start: an elliptic key takes 10 ms where RSA takes seconds now and then.
    keyType: 'ec',
    algorithm: 'sha256',
    // A clock a little behind must not make it invalid.
    notBeforeDate: new Date(Date.now() - 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { key, cert };
}
