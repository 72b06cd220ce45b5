import type { FauxqsApp } from './fauxqs.ts';

const OWN_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;

/**
 * Answers only who asks for this machine by its own name. A page of another site could have a name that leads to 127.0.0.1,
 * and would then be let read and change what is here (DNS rebinding).
 */
export function refuseOtherHosts(scope: Pick<FauxqsApp, 'addHook'>): void {
  scope.addHook('onRequest', async ({ headers }, reply) => {
    if (OWN_HOST.test(headers.host ?? '')) return;
    await reply.code(403).send({ message: 'Host: must be 127.0.0.1 or localhost' });
  });
}
