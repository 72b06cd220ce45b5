import type { Access, Denial, Principal } from '../iam/access.ts';
import { ACTIONS, type DataApiResource, needsOf } from '../iam/actions.ts';
import { userIdOf } from '../iam/principal.ts';

/** The databases that functions reach over a Data API on AWS. */
export type DatabaseName = 'shipping' | 'sales';

/** A database as it is on AWS. */
export interface DataApiTarget {
  /** ARN of the cluster or workgroup. */
  resource: string;
  /** ARN of the secret with the credentials of its user. */
  secret: string;
}

/**
 * An event on a connection to Postgres.
 *
 * - `statement`: a statement outside of transactions, `part`: one within a transaction
 * - `rows`: a statement returns rows, or an empty list of them
 */
export type DatabaseEvent = 'begin' | 'commit' | 'rollback' | 'statement' | 'part' | 'rows';

interface DataApi {
  needs: (typeof ACTIONS)['rdsData' | 'redshiftData'];
  /** The calls that the project's code makes instead of the events. */
  calls: Readonly<Partial<Record<DatabaseEvent, readonly string[]>>>;
}

const DATA_APIS: Readonly<Record<DatabaseName, DataApi>> = {
  /** See lib/aws/rds-database.ts. The response to a statement contains its rows. */
  shipping: {
    needs: ACTIONS.rdsData,
    calls: {
      begin: ['BeginTransaction'],
      commit: ['CommitTransaction'],
      rollback: ['RollbackTransaction'],
      statement: ['ExecuteStatement'],
      part: ['ExecuteStatement'],
    },
  },
  /**
   * See lib/aws/redshift-database.ts. A transaction is one call with all of its statements. A refused `DescribeStatement` prevents
   * a statement here, and a refused `GetStatementResult` a commit. On AWS, both are called when the work is done.
   */
  sales: {
    needs: ACTIONS.redshiftData,
    calls: {
      begin: ['BatchExecuteStatement', 'DescribeStatement'],
      statement: ['ExecuteStatement', 'DescribeStatement'],
      rows: ['GetStatementResult'],
    },
  },
};

/** Returns why a caller may not make the calls of an event, `undefined` if it may. */
export type Judge = (event: DatabaseEvent) => Denial | undefined;

/** Creates the judge of one caller's calls to one database. */
export function createJudge(
  access: Access,
  principal: Principal,
  name: DatabaseName,
  { resource, secret }: DataApiTarget,
): Judge {
  const { needs, calls } = DATA_APIS[name];
  const resources: Record<DataApiResource, string> = { database: resource, secret, own: '*' };
  const owner = { 'redshift-data:statement-owner-iam-userid': userIdOf(principal) ?? '' };
  return (event) => {
    for (const call of calls[event] ?? []) {
      for (const { action, on } of needsOf(needs, call)) {
        const request = { action, resource: resources[on], ...(on === 'own' && { context: owner }) };
        const denial = access.check(principal, request);
        if (denial) return denial;
      }
    }
    return undefined;
  };
}

/** BEGIN and so on without options, which the Data APIs do not have. Anything else is a statement. */
const TRANSACTION_COMMAND =
  /^\s*(?:(?<begin>BEGIN|START)|(?<commit>COMMIT|END)|(?<rollback>ROLLBACK|ABORT))(?:\s+(?:WORK|TRANSACTION))?[\s;]*$/i;

/** Classifies a statement. */
export function eventOf(sql: string, inTransaction: boolean): DatabaseEvent {
  const { begin, commit, rollback } = TRANSACTION_COMMAND.exec(sql)?.groups ?? {};
  if (begin !== undefined) return 'begin';
  if (commit !== undefined) return 'commit';
  if (rollback !== undefined) return 'rollback';
  return inTransaction ? 'part' : 'statement';
}
