/** A batch request with some rejected entries. */
export interface SplitBatch {
  /** Body of the request to pass on; undefined if no entry is left. */
  body: Buffer | undefined;
  /** Adds the rejected entries to the answer, which is empty if nothing was passed on. */
  complete(answer: Buffer): Buffer;
}

/** Entries at even positions are rejected. */
const isRefused = (_entry: unknown, index: number): boolean => index % 2 === 0;
const isPassed = (entry: unknown, index: number): boolean => !isRefused(entry, index);

/** Splits a batch request. Returns undefined for any other request. */
export function splitBatch(action: string, body: Buffer): SplitBatch | undefined {
  switch (action) {
    case 'SendMessageBatch':
    case 'DeleteMessageBatch':
    case 'ChangeMessageVisibilityBatch':
      return splitSqs(body);
    case 'PublishBatch':
      return splitPublish(body);
    case 'BatchWriteItem':
      return splitWrites(body);
    case 'BatchExecuteStatement':
      return splitStatements(body);
    default:
      return undefined;
  }
}

const read = (json: Buffer) => JSON.parse(json.toString() || '{}');
const write = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function splitSqs(body: Buffer): SplitBatch {
  const request = read(body) as { Entries: { Id: string }[] };
  const passed = request.Entries.filter(isPassed);
  const Failed = request.Entries.filter(isRefused).map(({ Id }) => ({
    Id,
    Code: 'InternalError',
    Message: 'injected',
    SenderFault: false,
  }));
  return {
    body: passed.length > 0 ? write({ ...request, Entries: passed }) : undefined,
    complete: (answer) => {
      const { Successful = [], Failed: already = [] } = read(answer);
      return write({ Successful, Failed: [...already, ...Failed] });
    },
  };
}

function splitWrites(body: Buffer): SplitBatch {
  const request = read(body) as { RequestItems: Record<string, unknown[]> };
  const [[table, entries] = ['', []]] = Object.entries(request.RequestItems);
  const passed = entries.filter(isPassed);
  return {
    body: passed.length > 0 ? write({ ...request, RequestItems: { [table]: passed } }) : undefined,
    complete: (answer) => {
      const { UnprocessedItems = {}, ...rest } = read(answer);
      const left = [...(UnprocessedItems[table] ?? []), ...entries.filter(isRefused)];
      return write({ ...rest, UnprocessedItems: { [table]: left } });
    },
  };
}

function splitStatements(body: Buffer): SplitBatch {
  const request = read(body) as { Statements: unknown[] };
  const passed = request.Statements.filter(isPassed);
  return {
    body: passed.length > 0 ? write({ ...request, Statements: passed }) : undefined,
    complete: (answer) => {
      const { Responses = [], ...rest } = read(answer);
      const answers = [...Responses];
      const injected = { Error: { Code: 'ThrottlingError', Message: 'injected' } };
      const all = request.Statements.map((entry, index) =>
        isRefused(entry, index) ? injected : answers.shift(),
      );
      return write({ ...rest, Responses: all });
    },
  };
}

/** SNS uses form-encoded requests and XML answers: https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
function splitPublish(body: Buffer): SplitBatch {
  const form = new URLSearchParams(body.toString());
  const entries = new Map<string, [string, string][]>();
  const others: [string, string][] = [];
  for (const [name, value] of form) {
    const [, position, rest] = /^PublishBatchRequestEntries\.member\.(\d+)\.(.*)$/.exec(name) ?? [];
    if (position === undefined || rest === undefined) others.push([name, value]);
    else entries.set(position, [...(entries.get(position) ?? []), [rest, value]]);
  }
  const all = [...entries.values()];
  const passed = all.filter(isPassed);
  const refused = all.filter(isRefused).map((fields) => new Map(fields).get('Id'));
  const fields = passed.flatMap((entry, index) =>
    entry.map(([name, value]): [string, string] => [
      `PublishBatchRequestEntries.member.${index + 1}.${name}`,
      value,
    ]),
  );
  const failed = refused
    .map(
      (id) =>
        `<member><Id>${id}</Id><Code>InternalError</Code><Message>injected</Message><SenderFault>false</SenderFault></member>`,
    )
    .join('');
  return {
    body: passed.length > 0 ? Buffer.from(new URLSearchParams([...others, ...fields]).toString()) : undefined,
    complete: (answer) => {
      const [, successful = ''] = /<Successful>(.*?)<\/Successful>/s.exec(answer.toString()) ?? [];
      return Buffer.from(
        `<PublishBatchResponse><PublishBatchResult><Successful>${successful}</Successful>` +
          `<Failed>${failed}</Failed></PublishBatchResult></PublishBatchResponse>`,
      );
    },
  };
}
