import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  type DescribeStatementResponse,
  ExecuteStatementCommand,
  type Field,
  GetStatementResultCommand,
  type GetStatementResultResponse,
  type RedshiftDataClient,
  type SubStatementData,
} from '@aws-sdk/client-redshift-data';
import type { Database, Row } from '../database/database.ts';
import { checkParameters } from '../database/named-parameters.ts';
import { untilReachable } from '../database/until-reachable.ts';
import { DatabaseError, isNotConnected, toServiceError } from '../errors.ts';

/** Which warehouse, and how long to wait for it. */
export interface RedshiftDatabaseOptions {
  /** ARN of a Redshift Serverless workgroup. */
  workgroupArn: string;
  /** ARN of the secret with the name and password of a database user. */
  secretArn: string;
  databaseName: string;
  /** How long one statement may take, in ms: 25 s where it is left out, since an HTTP API waits for 30. */
  queryWaitMs?: number;
  /** How long a transaction may take, in ms, locks included: 40 s where it is left out, of the 60 that a load has. */
  batchWaitMs?: number;
}

/** A `Database` over the Redshift Data API. */
export interface RedshiftDatabase extends Database {
  /**
   * Runs statements in one transaction, all of them or none.
   *
   * @param statements at most 40, of at most 100 KB each
   * @returns the rows of each, in the order given
   */
  batch(statements: readonly string[]): Promise<Row[][]>;
}

/**
 * Redshift, by HTTPS and IAM alone. The API takes a statement, and is asked until that has ended; what has not ended in
 * time is an error, but goes on by itself.
 *
 * Parameters are text of at least one character: the API refuses empty ones.
 * https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-calling.html
 */
export function createRedshiftDatabase(
  client: RedshiftDataClient,
  options: RedshiftDatabaseOptions,
): RedshiftDatabase {
  const { workgroupArn, secretArn, databaseName, queryWaitMs = 25_000, batchWaitMs = 40_000 } = options;
  const target = { WorkgroupName: workgroupArn, SecretArn: secretArn, Database: databaseName };

  /** Has the API take a statement and waits for its end. The command's token keeps a repeated request from running twice. */
  async function run(operation: string, waitMs: number, submit: () => Promise<{ Id?: string | undefined }>) {
    const deadline = Date.now() + waitMs;
    const { Id } = await untilReachable(() => redshiftAnswer(operation, submit()));
    return waitForRedshiftStatement(client, Id, deadline);
  }

  const read = ({
    Id,
    HasResultSet,
  }: Pick<SubStatementData, 'Id' | 'HasResultSet'>): Promise<Row[]> | Row[] =>
    HasResultSet ? readRedshiftResult(client, Id) : [];

  async function batch(statements: readonly string[]): Promise<Row[][]> {
    const ClientToken = randomUUID();
    const command = new BatchExecuteStatementCommand({ ...target, ClientToken, Sqls: [...statements] });
    const { SubStatements = [] } = await run('BatchExecuteStatement', batchWaitMs, () =>
      client.send(command),
    );
    const inOrder = SubStatements.toSorted((a, b) => numberOf(a) - numberOf(b));
    return Promise.all(inOrder.map(read));
  }

  return {
    async query(sql, parameters = {}) {
      checkParameters(sql, parameters);
      const named = Object.entries(parameters).map(([name, value]) => ({ name, value }));
      const Parameters = named.length > 0 ? named : undefined;
      const ClientToken = randomUUID();
      const command = new ExecuteStatementCommand({ ...target, ClientToken, Sql: sql, Parameters });
      return read(await run('ExecuteStatement', queryWaitMs, () => client.send(command)));
    },

    async transaction(statements) {
      await batch(statements);
    },

    batch,
  };
}

/** A statement of a batch has its number at the end of its id, such as `d9b6c0c9-0747-4bf4-b142-e8883122f766:2`. */
const numberOf = ({ Id = '' }: SubStatementData): number => Number(Id.slice(Id.indexOf(':') + 1));

/** First pause between two looks at a statement, in ms. */
const FIRST_PAUSE_MS = 100;
/** No pause is longer than this, in ms. */
const LONGEST_PAUSE_MS = 1_000;
/** Each pause is this much longer than the one before. */
const GROWTH = 1.5;

/**
 * Waits until a statement, or a batch of them, has ended well.
 *
 * @param id what the Data API has called it
 * @param deadline epoch milliseconds
 * @throws DatabaseError `statement_failed`, `statement_aborted` with the reason, or `statement_not_finished`
 */
export async function waitForRedshiftStatement(
  client: RedshiftDataClient,
  id: string | undefined,
  deadline: number,
): Promise<DescribeStatementResponse> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const statement = await redshiftAnswer(
      'DescribeStatement',
      client.send(new DescribeStatementCommand({ Id: id })),
    );
    if (statement.Status === 'FINISHED') return statement;
    if (statement.Status === 'FAILED') throw ended('statement_failed', statement);
    if (statement.Status === 'ABORTED') throw ended('statement_aborted', statement);
    if (Date.now() + pause > deadline) {
      const message = `statement ${id}: must be finished in time, received status ${statement.Status}`;
      throw new DatabaseError('statement_not_finished', message, false);
    }
    await sleep(pause);
  }
}

/** The API tells no SQLSTATE, only a text; of a batch, which of its statements failed. */
function ended(
  code: string,
  { Id, Error: reason, SubStatements = [] }: DescribeStatementResponse,
): DatabaseError {
  const failed = SubStatements.find(({ Error: subReason }) => subReason);
  const message = failed?.Error ?? reason ?? 'no reason given';
  return new DatabaseError(code, `statement ${failed?.Id ?? Id}: ${message}`, false);
}

/** Reads all pages of a finished statement's result: at most 500 MB, which is the API's own limit. */
export async function readRedshiftResult(client: RedshiftDataClient, id: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  let NextToken: string | undefined;
  do {
    const command = new GetStatementResultCommand({ Id: id, NextToken });
    const page: GetStatementResultResponse = await redshiftAnswer('GetStatementResult', client.send(command));
    const names = (page.ColumnMetadata ?? []).map(({ label, name }) => label ?? name ?? '');
    for (const fields of page.Records ?? []) {
      rows.push(Object.fromEntries(fields.map((field, column) => [names[column], toText(field)])));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return rows;
}

function toText({ stringValue, longValue, doubleValue, booleanValue }: Field): string | null {
  const value = stringValue ?? longValue ?? doubleValue ?? booleanValue;
  return value === undefined ? null : String(value);
}

/**
 * Codes of the Data API, of Node and of the SDK for a request that has surely not been taken.
 * https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
 */
const NOT_TAKEN = new Set([
  'ActiveSessionsExceededException',
  'ActiveStatementsExceededException',
  'ThrottlingException',
]);

/** Operations that have statements run. The others ask after a statement that has been taken. */
const SUBMISSIONS = new Set(['BatchExecuteStatement', 'ExecuteStatement']);

/** A request to the Redshift Data API whose error, if it has one, is a `DatabaseError`: `unreachable` where it was not taken. */
export async function redshiftAnswer<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    const error = toServiceError(operation, thrown);
    const isNotTaken =
      SUBMISSIONS.has(operation) && (NOT_TAKEN.has(error.code) || isNotConnected(error.code));
    throw new DatabaseError(error.code, error.message, isNotTaken, { cause: error });
  }
}
