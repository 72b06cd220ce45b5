import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Field } from '@aws-sdk/client-redshift-data';
import {
  openSession,
  type SessionOptions,
  type SessionResult,
  toRedshiftMessage,
} from './redshift-session.ts';

/** The stand-in's record of a statement. */
interface Statement {
  Id: string;
  QueryString: string;
  Status: 'SUBMITTED' | 'STARTED' | 'FINISHED' | 'FAILED' | 'ABORTED';
  Error?: string;
  HasResultSet: boolean;
  result?: SessionResult;
}

interface Submission extends Statement {
  SubStatements?: Statement[];
}

interface ExecuteInput {
  Sql?: string;
  Sqls?: string[];
  Parameters?: { name: string; value: string }[];
  WorkgroupName?: string;
  SecretArn?: string;
  Database?: string;
  ClientToken?: string;
}

/** Rows a page. Few, so that results in tests have several pages. */
const PAGE_ROWS = 100;
/** https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html#data-api-calling-considerations */
const MAX_STATEMENT_BYTES = 100 * 1024;
/** https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html */
const MAX_STATEMENTS = 40;

/** OIDs of the Postgres types that the Data API returns as numbers and booleans. All others are strings. */
const LONGS = new Set([20, 21, 23]);
const DOUBLES = new Set([700, 701]);
const BOOLEAN = 16;

/**
 * Starts a stand-in for the parts of the Redshift Data API that the project uses. It accepts statements, runs them on Postgres
 * in the background, with one transaction per request, and reports their status.
 *
 * @param options Default of `isolation`: snapshot, as on Redshift Serverless.
 */
export async function startRedshiftDataStandIn(
  options: Omit<SessionOptions, 'isolation'> & Partial<SessionOptions>,
) {
  const sessionOptions: SessionOptions = { isolation: 'REPEATABLE READ', ...options };
  const statements = new Map<string, Submission | Statement>();
  const idsByToken = new Map<string, string>();
  const running = new Set<Promise<void>>();

  function submit(sqls: readonly string[], isBatch: boolean, input: ExecuteInput): object {
    const { WorkgroupName, SecretArn, Database, ClientToken = randomUUID(), Parameters = [] } = input;
    if (!WorkgroupName || !SecretArn || !Database)
      throw invalid('WorkgroupName, SecretArn, Database: missing');
    if (sqls.length === 0 || sqls.length > MAX_STATEMENTS) throw invalid(`Sqls: ${sqls.length} statements`);
    if (sqls.some((sql) => Buffer.byteLength(sql) > MAX_STATEMENT_BYTES)) throw invalid('Sql: too large');
    const known = idsByToken.get(ClientToken);
    if (known) return { Id: known };

    const Id = randomUUID();
    const create = (id: string, QueryString: string): Statement => {
      const statement: Statement = { Id: id, QueryString, Status: 'SUBMITTED', HasResultSet: false };
      statements.set(id, statement);
      return statement;
    };
    const submission: Submission = create(Id, sqls.join(';'));
    const parts = isBatch ? sqls.map((sql, index) => create(`${Id}:${index + 1}`, sql)) : [submission];
    if (isBatch) submission.SubStatements = parts;
    idsByToken.set(ClientToken, Id);
    const run = runAll(submission, parts, Parameters).finally(() => running.delete(run));
    running.add(run);
    return { Id };
  }

  async function runAll(
    submission: Submission,
    parts: readonly Statement[],
    given: readonly { name: string; value: string }[],
  ): Promise<void> {
    let session: Awaited<ReturnType<typeof openSession>> | undefined;
    try {
      for (const { name, value } of given)
        if (value === '') throw new Error(`ERROR: parameter ${name} is empty`);
      const parameters = Object.fromEntries(given.map(({ name, value }) => [name, value]));
      session = await openSession(sessionOptions);
      submission.Status = 'STARTED';
      for (const part of parts) {
        part.Status = 'STARTED';
        part.result = await session.run(part.QueryString, parameters);
        part.HasResultSet = part.result.fields.length > 0;
      }
      await session.commit();
      for (const part of parts) part.Status = 'FINISHED';
      submission.HasResultSet = parts.some(({ HasResultSet }) => HasResultSet);
      submission.Status = 'FINISHED';
    } catch (thrown) {
      const failed = parts.findLast(({ Status }) => Status === 'STARTED') ?? submission;
      for (const part of parts) part.Status = 'ABORTED';
      submission.Error = toRedshiftMessage(thrown);
      failed.Error = submission.Error;
      failed.Status = 'FAILED';
      submission.Status = 'FAILED';
    } finally {
      await session?.close();
    }
  }

  function getResult({ Id, NextToken }: { Id: string; NextToken?: string }): object {
    const { result, Status } = find(Id);
    if (Status !== 'FINISHED' || !result) throw notFound(`Query ${Id} has no result`);
    const { fields, rows } = result;
    const start = Number(NextToken ?? 0);
    const end = start + PAGE_ROWS;
    return {
      ColumnMetadata: fields.map(({ name }) => ({ name, label: name })),
      Records: rows
        .slice(start, end)
        .map((row) => row.map((value, column) => toField(value, fields[column]?.dataTypeID))),
      TotalNumRows: rows.length,
      ...(end < rows.length && { NextToken: String(end) }),
    };
  }

  function find(id: string): Submission {
    const statement = statements.get(id);
    if (!statement) throw notFound(`Query does not exist: ${id}`);
    return statement;
  }

  const actions: Record<string, (input: never) => object> = {
    ExecuteStatement: (input: ExecuteInput) => submit([input.Sql ?? ''], false, input),
    BatchExecuteStatement: (input: ExecuteInput) => submit(input.Sqls ?? [], true, input),
    DescribeStatement: ({ Id }: { Id: string }) => find(Id),
    GetStatementResult: getResult,
  };

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      // The description of a statement does not include its rows.
      response.end(JSON.stringify(body, (key, value) => (key === 'result' ? undefined : value)));
    };
    try {
      const input = (await json(request)) as never;
      const action = actions[String(request.headers['x-amz-target']).replace('RedshiftData.', '')];
      if (!action) throw invalid(`unknown action ${request.headers['x-amz-target']}`);
      answer(200, action(input));
    } catch (error) {
      const { name, message } = error as Error;
      answer(400, { __type: name, message });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Submitted statements with their status, oldest first. */
    submissions: () => [...idsByToken.values()].map(find),
    /** Resolves when all running statements have ended. */
    async stop(): Promise<void> {
      await Promise.all(running);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const named = (name: string) => (message: string) => Object.assign(new Error(message), { name });
const invalid = named('ValidationException');
const notFound = named('ResourceNotFoundException');

function toField(value: string | null, type: number | undefined): Field {
  if (value === null) return { isNull: true };
  if (type === BOOLEAN) return { booleanValue: value === 't' };
  if (LONGS.has(type ?? 0)) return { longValue: Number(value) };
  return DOUBLES.has(type ?? 0) ? { doubleValue: Number(value) } : { stringValue: value };
}
