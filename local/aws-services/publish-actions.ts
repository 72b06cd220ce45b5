import {
  escapeXml,
  publish,
  type QueryForm,
  SnsError,
  type SnsStore,
  type SqsStore,
  snsSuccessResponse,
} from './fauxqs.ts';

/** A message that SNS has accepted and fanned out. */
export interface PublishedMessage {
  topicArn: string;
  subject: string | undefined;
  /** The text for each protocol that the embedded cloud delivers to. */
  texts: { sqs: string; email: string };
  /** String values of the message attributes. */
  attributes: Record<string, string>;
}

/** Maximum size of a message and of a batch, 256 KiB. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
const MAX_BYTES = 262_144;
const ENTRY_FIELD = /^PublishBatchRequestEntries\.member\.(\d+)\.(.+)$/;
const ENTRY_ID = /^[A-Za-z0-9_-]{1,80}$/;
const ATTRIBUTE_NAME = /^MessageAttributes\.entry\.\d+\.Name$/;
const COUNTED_FIELD = /^Message$|\.(Name|DataType|StringValue|BinaryValue)$/;

/**
 * Creates SNS's Publish and PublishBatch with support for `MessageStructure: json`, which fauxqs would deliver as raw
 * JSON. Each entry of a batch is published by fauxqs' own Publish, so the same rules apply to it.
 */
export function createPublishActions(
  snsStore: SnsStore,
  sqsStore: SqsStore,
  onPublished: (message: PublishedMessage) => void,
): Record<'Publish' | 'PublishBatch', (form: QueryForm) => string> {
  function publishOne(form: QueryForm): string {
    if (bytesOf(form) > MAX_BYTES) {
      throw new SnsError('InvalidParameter', 'Invalid parameter: Message too long');
    }
    const texts = textsOf(form);
    const answer = publish({ ...form, Message: texts.sqs }, snsStore, sqsStore);
    const { TopicArn: topicArn = '', Subject: subject } = form;
    onPublished({ topicArn, subject, texts, attributes: attributesOf(form) });
    return answer;
  }

  function publishBatch(form: QueryForm): string {
    const topicArn = form.TopicArn ?? '';
    if (!snsStore.getTopic(topicArn)) throw new SnsError('NotFound', 'Topic does not exist', 404);
    const entries = entriesOf(form);
    refuseBadBatch(entries);

    let successful = '';
    let failed = '';
    for (const entry of entries) {
      try {
        const [messageId] =
          publishOne({ ...entry, TopicArn: topicArn }).match(/<MessageId>.*<\/MessageId>/) ?? [];
        successful += `<member><Id>${entry.Id}</Id>${messageId}</member>`;
      } catch (error) {
        if (!(error instanceof SnsError)) throw error;
        failed += `<member><Id>${entry.Id}</Id><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message><SenderFault>true</SenderFault></member>`;
      }
    }
    return snsSuccessResponse(
      'PublishBatch',
      `<Successful>${successful}</Successful><Failed>${failed}</Failed>`,
    );
  }

  return { Publish: publishOne, PublishBatch: publishBatch };
}

function textsOf({ Message: message, MessageStructure: structure }: QueryForm): PublishedMessage['texts'] {
  if (!message) throw new SnsError('InvalidParameter', 'Invalid parameter: Empty message');
  if (structure !== 'json') return { sqs: message, email: message };
  const texts = parseTexts(message);
  const { default: fallback } = texts;
  if (typeof fallback !== 'string') {
    throw new SnsError(
      'InvalidParameter',
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    );
  }
  // "Non-string values will cause the key to be ignored."
  const textFor = (protocol: string) => {
    const text = texts[protocol];
    return typeof text === 'string' ? text : fallback;
  };
  return { sqs: textFor('sqs'), email: textFor('email') };
}

function parseTexts(message: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(message));
  } catch {
    throw new SnsError(
      'InvalidParameter',
      'Invalid parameter: Message Structure - JSON message body failed to parse',
    );
  }
}

/** Returns the size that SNS limits: the message as sent, including the texts of all protocols, and its attributes. */
function bytesOf(form: QueryForm): number {
  let bytes = 0;
  for (const [field, value] of Object.entries(form)) {
    if (COUNTED_FIELD.test(field)) bytes += Buffer.byteLength(value);
  }
  return bytes;
}

function attributesOf(form: QueryForm): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [field, name] of Object.entries(form)) {
    if (!ATTRIBUTE_NAME.test(field)) continue;
    const value = form[field.replace(/Name$/, 'Value.StringValue')];
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function entriesOf(form: QueryForm): QueryForm[] {
  const entries: Record<string, QueryForm> = {};
  for (const [field, value] of Object.entries(form)) {
    const [, number, name] = ENTRY_FIELD.exec(field) ?? [];
    if (number === undefined || name === undefined) continue;
    entries[number] ??= {};
    entries[number][name] = value;
  }
  return Object.values(entries);
}

/** Throws SNS's errors for a whole batch: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html#API_PublishBatch_Errors */
function refuseBadBatch(entries: QueryForm[]): void {
  const ids = entries.map(({ Id }) => Id ?? '');
  const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
  if (entries.length === 0) {
    throw new SnsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  }
  if (entries.length > 10) {
    throw new SnsError(
      'TooManyEntriesInBatchRequest',
      `A batch holds at most 10 entries, this one ${entries.length}.`,
    );
  }
  if (bytes > MAX_BYTES) {
    throw new SnsError('BatchRequestTooLong', `A batch holds at most ${MAX_BYTES} bytes, this one ${bytes}.`);
  }
  if (new Set(ids).size < ids.length) {
    throw new SnsError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  const badId = ids.find((id) => !ENTRY_ID.test(id));
  if (badId !== undefined) {
    throw new SnsError(
      'InvalidBatchEntryId',
      `A batch entry id is 1-80 letters, digits, hyphens and underscores; received ${JSON.stringify(badId)}.`,
    );
  }
}
