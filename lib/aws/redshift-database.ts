import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  ExecuteStatementCommand,
  type RedshiftDataClient,
  type SubStatementData,
} from '@aws-sdk/client-redshift-data';
import type { Database, Row } from '../database/database.ts';
import { checkParameters } from '../database/named-parameters.ts';
import { untilReachable } from '../database/until-reachable.ts';
import { redshiftAnswer } from './redshift-answer.ts';
import { readRedshiftResult } from './redshift-result.ts';
import { waitForRedshiftStatement } from './redshift-statement.ts';

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
