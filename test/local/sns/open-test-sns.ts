import { openMemoryStorage, type Storage, type StoredMap } from '../../../local/aws-services/storage.ts';
import { type MailQueue, openMailbox } from '../../../local/sns/mailbox.ts';
import { Sns } from '../../../local/sns/sns.ts';
import type { NewMessage } from '../../../local/sqs/message.ts';
import { arn } from '../../../local/stack/account.ts';

export const queueArn = (name: string) => arn('sqs', name);
export const functionArn = (name: string) => arn('lambda', `function:${name}`);

/** The fields of a JSON notification that tests read. */
export interface Notification {
  Message: string;
  Subject?: string;
  MessageAttributes?: Record<string, { Type: string; Value: string }>;
  UnsubscribeURL: string;
}

export const notificationIn = (message: NewMessage | undefined): Notification =>
  JSON.parse(message?.body ?? '{}');

/** Opens SNS with queues in memory. Any queue exists unless its ARN contains `missing`, and any function except `missing`. */
export function openTestSns(storage: Storage = openMemoryStorage()) {
  const queues = new Map<string, NewMessage[]>();
  const invocations: { name: string; payload: unknown; type: string }[] = [];
  const mails: { body: string; sentAt: number }[] = [];
  const mailQueue: MailQueue = {
    send: ({ body }) => mails.push({ body, sentAt: Date.now() }),
    messages: () => mails,
  };

  /** Returns the messages of a queue and removes them. */
  function take(name: string): NewMessage[] {
    const messages = queues.get(queueArn(name)) ?? [];
    queues.delete(queueArn(name));
    return messages;
  }

  const sns = new Sns({
    storage,
    endpoint: 'http://127.0.0.1:4566',
    mailbox: openMailbox(mailQueue),
    findQueue(of) {
      if (of.includes('missing')) return undefined;
      return { send: (message) => queues.set(of, [...(queues.get(of) ?? []), message]) };
    },
    async invoke(name, payload, type) {
      if (name === 'missing') return { found: false };
      invocations.push({ name, payload, type });
      return { found: true };
    },
  });

  const subscribe = (
    topicArn: string,
    endpoint: string,
    attributes: Record<string, string> = {},
    protocol = 'sqs',
  ) => sns.subscribe({ topicArn, protocol, endpoint, attributes });

  return { sns, take, invocations, mails, subscribe };
}

/** Opens storage that survives the objects that use it, as a data directory does. */
export function openKeptStorage(): Storage {
  const maps = new Map<string, Map<string, string>>();
  function map<Value>(name: string): StoredMap<Value> {
    const kept = maps.get(name) ?? new Map<string, string>();
    maps.set(name, kept);
    return {
      set: (key, value) => void kept.set(key, JSON.stringify(value)),
      delete: (key) => void kept.delete(key),
      clear: () => kept.clear(),
      entries: () => Array.from(kept, ([key, value]): [string, Value] => [key, JSON.parse(value)]),
    };
  }
  return { map, blobs: () => map<Uint8Array>('blobs'), commit() {}, close() {} };
}
