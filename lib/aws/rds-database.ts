import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type Field,
  type RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import type { Database, Row, SqlParameters } from '../database/database.ts';
import { checkParameters } from '../database/named-parameters.ts';
import { untilReachable } from '../database/until-reachable.ts';
import { DatabaseError, isNotConnected, toServiceError } from '../errors.ts';

export interface RdsDatabaseSettings {
  clusterArn: string;
  /** ARN of the Secrets Manager secret with the user and the password. */
  secretArn: string;
  databaseName: string;
}

/**
 * Error codes of requests whose statement did not run: codes of the service, and SQLSTATEs of a refused connection.
 * https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html#API_ExecuteStatement_Errors
 */
const UNREACHABLE = new Set([
  'DatabaseResumingException',
  'DatabaseUnavailableException',
  'ServiceUnavailableError',
  'ThrottlingException',
  '53300',
  '57P03',
]);

/**
 * Creates a `Database` on an Aurora PostgreSQL cluster, over the RDS Data API. It waits for a cluster that is resuming.
 *
 * Limits: 4 MiB a request, 1 MiB a response, 64 KB a row, 45 s and one statement a request, no arrays in parameters or results.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html,
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.calling.html
 */
export function createRdsDatabase(client: RDSDataClient, settings: RdsDatabaseSettings): Database {
  const cluster = { resourceArn: settings.clusterArn, secretArn: settings.secretArn };
  const target = { ...cluster, database: settings.databaseName };

  async function execute(sql: string, parameters: SqlParameters, transactionId?: string): Promise<Row[]> {
    const command = new ExecuteStatementCommand({
      ...target,
      transactionId,
      sql,
      parameters: Object.entries(parameters).map(([name, stringValue]) => ({ name, value: { stringValue } })),
      // The JSON format would omit the rows of INSERT … RETURNING, and its numbers lose digits.
      includeResultMetadata: true,
      resultSetOptions: { decimalReturnType: 'STRING', longReturnType: 'STRING' },
    });
    const { columnMetadata = [], records = [] } = await withDatabaseErrors(
      'ExecuteStatement',
      client.send(command),
    );
    return records.map((record) =>
      Object.fromEntries(record.map((field, column) => [columnMetadata[column]?.label ?? '', toText(field)])),
    );
  }

  return {
    async query(sql, parameters = {}) {
      checkParameters(sql, parameters);
      return untilReachable(() => execute(sql, parameters));
    },

    async transaction(statements) {
      for (const sql of statements) checkParameters(sql, {});
      const begin = () =>
        withDatabaseErrors('BeginTransaction', client.send(new BeginTransactionCommand(target)));
      const { transactionId = '' } = await untilReachable(begin);
      try {
        // AWS recommends `continueAfterTimeout` for DDL. Here it would keep locks in a transaction that is never committed;
        // without it, Postgres rolls DDL back.
        for (const sql of statements) await execute(sql, {}, transactionId);
        await withDatabaseErrors(
          'CommitTransaction',
          client.send(new CommitTransactionCommand({ ...cluster, transactionId })),
        );
      } catch (error) {
        // The rollback only releases locks sooner: AWS rolls an idle transaction back after 3 minutes.
        await client
          .send(new RollbackTransactionCommand({ ...cluster, transactionId }))
          .catch(() => undefined);
        throw error;
      }
    },
  };
}

function toText(field: Field): string | null {
  if (field.isNull) return null;
  return String(field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue);
}

async function withDatabaseErrors<Response>(operation: string, call: Promise<Response>): Promise<Response> {
  try {
    return await call;
  } catch (thrown) {
    throw toDatabaseError(operation, thrown);
  }
}

function toDatabaseError(operation: string, thrown: unknown): DatabaseError {
  const error = toServiceError(operation, thrown);
  const sqlState = /; SQLState: (\w{5})/.exec(error.message)?.[1];
  if (sqlState === undefined) {
    return new DatabaseError(
      error.code,
      error.message,
      UNREACHABLE.has(error.code) || isNotConnected(error.code),
      { cause: error },
    );
  }
  // Later lines quote the row, which is personal data, and causes are logged: keep the first line and drop the cause.
  const [line = ''] = error.message.split(/; SQLState|\n/);
  return new DatabaseError(sqlState, line, UNREACHABLE.has(sqlState));
}
