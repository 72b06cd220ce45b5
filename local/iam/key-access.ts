import { arn } from '../stack/account.ts';
import type { Denial } from './access.ts';
import { KEY_ACTIONS } from './actions.ts';
import type { Caller } from './caller.ts';

/** Keys that AWS manages for a service. All principals of the account may use them through the service, no service may. */
const AWS_MANAGED = /(^|:)alias\/aws\/(sns|sqs)$/;

/**
 * Checks the rights that an action on a queue or topic needs on its key.
 *
 * @param keyId `KmsMasterKeyId` of the queue or topic: a key's id or ARN, or an alias. `undefined` if it has none.
 */
export function checkKey(
  { access, principal }: Caller,
  action: string,
  keyId: string | undefined,
): Denial | undefined {
  if (!keyId || (AWS_MANAGED.test(keyId) && principal.kind !== 'service')) return undefined;
  const resource = toKeyArn(keyId);
  for (const keyAction of KEY_ACTIONS.get(action) ?? []) {
    const denial = access.check(principal, { action: keyAction, resource });
    if (denial) return denial;
  }
  return undefined;
}

function toKeyArn(keyId: string): string {
  if (keyId.startsWith('arn:')) return keyId;
  return arn('kms', keyId.startsWith('alias/') ? keyId : `key/${keyId}`);
}
