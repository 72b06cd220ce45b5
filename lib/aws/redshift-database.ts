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

export interface RedshiftDatabaseOptions {
  /** ARN of a Redshift Serverless workgroup. */
  workgroupArn: string;
  /** ARN of the secret with the name and password of a database user. */
  secretArn: string;
  databaseName: string;
  /** Time limit of one statement, in ms. Default: 25 s, since an HTTP API waits for 30. */
  queryWaitMs?: number;
  /** Time limit of a transaction, in ms, including waits for locks. Default: 40 s of the 60 that a load has. */
  batchWaitMs?: number;
}

/** A `Database` over the Redshift Data API. */
export interface RedshiftDatabase extends Database {
  /**
   * Runs statements in one transaction: all of them or none.
   *
   * @param statements At most 40, of at most 100 KB each.
   * @returns The rows of each statement, in the order given.
   */
  batch(statements: readonly string[]): Promise<Row[][]>;
}

/**
 * Creates a `Database` on Redshift, over its Data API. The API accepts a statement, and is polled until the statement has
 * ended. A statement that exceeds its time limit throws an error, but continues to run on Redshift.
 *
 * Parameters need at least one character: the API rejects empty ones.
 * https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-calling.html
 */
export function createRedshiftDatabase(
  client: RedshiftDataClient,
  options: RedshiftDatabaseOptions,
): RedshiftDatabase {
  const { workgroupArn, secretArn, databaseName, queryWaitMs = 25_000, batchWaitMs = 40_000 } = options;
  const target = { WorkgroupName: workgroupArn, SecretArn: secretArn, Database: databaseName };

  /** Submits a statement and waits for its end. The command's client token prevents a repeated request from running twice. */
  async function run(operation: string, waitMs: number, submit: () => Promise<{ Id?: string | undefined }>) {
    const deadline = Date.now() + waitMs;
    const { Id } = await untilReachable(() => withDatabaseErrors(operation, submit()));
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

/** The id of a batch's statement ends with its number: `d9b6c0c9-0747-4bf4-b142-e8883122f766:2`. */
const numberOf = ({ Id = '' }: SubStatementData): number => Number(Id.slice(Id.indexOf(':') + 1));

/** First pause between two polls of a statement, in ms. */
const FIRST_PAUSE_MS = 100;
/** Longest pause, in ms. */
const LONGEST_PAUSE_MS = 1_000;
/** Factor from one pause to the next. */
const GROWTH = 1.5;

/**
 * Waits until a statement, or a batch of statements, has finished.
 *
 * @param id The Data API's id of the statement or batch.
 * @param deadline Epoch milliseconds.
 * @throws DatabaseError `statement_failed` or `statement_aborted` with the reason, or `statement_not_finished`.
 */
export async function waitForRedshiftStatement(
  client: RedshiftDataClient,
  id: string | undefined,
  deadline: number,
): Promise<DescribeStatementResponse> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const statement = await withDatabaseErrors(
      'DescribeStatement',
      client.send(new DescribeStatementCommand({ Id: id })),
    );
    if (statement.Status === 'FINISHED') return statement;
    if (statement.Status === 'FAILED') throw statementError('statement_failed', statement);
    if (statement.Status === 'ABORTED') throw statementError('statement_aborted', statement);
    if (Date.now() + pause > deadline) {
      const message = `statement ${id}: must finish within its time limit, received status ${statement.Status}`;
      throw new DatabaseError('statement_not_finished', message, false);
    }
    await sleep(pause);
  }
}

/** Creates an error that names the failed statement of a batch. The API returns no SQLSTATE, only a text. */
function statementError(
  code: string,
  { Id, Error: reason, SubStatements = [] }: DescribeStatementResponse,
): DatabaseError {
  const failed = SubStatements.find(({ Error: subReason }) => subReason);
  const message = failed?.Error ?? reason ?? 'no reason given';
  return new DatabaseError(code, `statement ${failed?.Id ?? Id}: ${message}`, false);
}

/** Reads all pages of a finished statement's result. The API limits a result to 500 MB. */
export async function readRedshiftResult(client: RedshiftDataClient, id: string | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  let NextToken: string | undefined;
  do {
    const command = new GetStatementResultCommand({ Id: id, NextToken });
    const page: GetStatementResultResponse = await withDatabaseErrors(
      'GetStatementResult',
      client.send(command),
    );
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
 * Data API codes of a statement that was certainly not accepted.
 * https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
 */
const NOT_ACCEPTED = new Set([
  'ActiveSessionsExceededException',
  'ActiveStatementsExceededException',
  'ThrottlingException',
]);

/** Operations that submit statements. The others concern a statement that was accepted before. */
const SUBMISSIONS = new Set(['BatchExecuteStatement', 'ExecuteStatement']);

/** Awaits a request and converts its error to a `DatabaseError`. It is `unreachable` if the statement was not accepted. */
async function withDatabaseErrors<Response>(operation: string, call: Promise<Response>): Promise<Response> {
  try {
    return await call;
  } catch (thrown) {
    const error = toServiceError(operation, thrown);
    const wasNotAccepted =
      SUBMISSIONS.has(operation) && (NOT_ACCEPTED.has(error.code) || isNotConnected(error.code));
    throw new DatabaseError(error.code, error.message, wasNotAccepted, { cause: error });
  }
}
