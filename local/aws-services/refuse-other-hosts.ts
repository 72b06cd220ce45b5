import type { FauxqsApp } from './fauxqs.ts';

const OWN_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;

/**
 * Refuses requests whose Host header is not this machine. It protects against DNS rebinding, by which a page of
 * another web site could read and change the embedded cloud.
 */
export function refuseOtherHosts(scope: Pick<FauxqsApp, 'addHook'>): void {
  scope.addHook('onRequest', async ({ headers }, reply) => {
    if (OWN_HOST.test(headers.host ?? '')) return;
    await reply.code(403).send({ message: 'Host: must be 127.0.0.1 or localhost' });
  });
}
