import limits from '../../../resources/aurora-max-connections.json' with { type: 'json' };
import { functionConcurrency } from '../../template/function-concurrency.ts';
import { roleGrants } from '../../template/policy-statements.ts';
import { asText, findReferred } from '../../template/references.ts';
import { readNumber, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

/** An invocation runs one statement or transaction at a time. */
const CONNECTIONS_PER_INVOCATION = 1;

/** The rest is reserved for operators, for AWS's own sessions and for transactions that outlive their invocation. */
const SHARE = 0.8;

/**
 * Maximum number of active and queued statements of the Redshift Data API, from an earlier edition of AWS's page. It is
 * below the 2,000 connections of a workgroup (https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html).
 */
const REDSHIFT_STATEMENTS = 200;

interface Database {
  id: string;
  /** The property to change if functions may use too many connections. */
  place: string;
  /** Prefix of the Data API's actions. */
  api: string;
  limit: number;
  unit: string;
}

export const databaseConnections: Rule = {
  id: 'database-connections',
  title: 'All functions together use at most 80 % of the connections of a database',
  page: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html',
  examine: (template) => [
    ...auroraClusters(template).map((database) => examineDatabase(template, database)),
    ...onPage(
      'https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html',
      redshiftWorkgroups(template).map((database) => examineDatabase(template, database)),
    ),
  ],
};

const auroraClusters = (template: Template): Database[] =>
  resourcesOf(template, 'AWS::RDS::DBCluster').map(([id, { ServerlessV2ScalingConfiguration: scaling }]) => {
    const least = readNumber(readProperty(scaling, 'MinCapacity'), Number.NaN);
    const most = readNumber(readProperty(scaling, 'MaxCapacity'), Number.NaN);
    return {
      id,
      place: `${id}.ServerlessV2ScalingConfiguration.MaxCapacity`,
      api: 'rds-data',
      limit: maxConnections(least, most),
      unit: `connections at ${format(most)} ACU`,
    };
  });

const redshiftWorkgroups = (template: Template): Database[] =>
  resourcesOf(template, 'AWS::RedshiftServerless::Workgroup').map(([id]) => ({
    id,
    place: id,
    api: 'redshift-data',
    limit: REDSHIFT_STATEMENTS,
    unit: 'statements of the Data API',
  }));

function examineDatabase(template: Template, database: Database): Check {
  const { place, limit, unit } = database;
  const demands = rolesFor(template, database).flatMap((role) => demandsOf(template, role));
  const sum = demands.reduce((total, { connections }) => total + connections, 0);
  const most = Math.floor(SHARE * limit);
  const terms = demands.map(({ who, connections }) => `${who} ${format(connections)}`).join(' + ');
  const expected = `at most ${format(most)}: ${100 * SHARE} % of ${format(limit)} ${unit}`;
  return check(place, sum <= most, `${format(sum)} = ${terms}`, expected);
}

const format = (count: number): string => (Number.isNaN(count) ? 'unknown' : String(count));

/** Returns the logical ids of the roles that may run statements in the database. */
function rolesFor(template: Template, { id, api }: Database): string[] {
  const type = template.Resources[id]?.Type ?? '';
  const isIt = (resource: unknown) =>
    asText(resource) === '*' || findReferred(template, type, resource) === id;
  const actions = ['*', 'ExecuteStatement', 'BatchExecuteStatement'].map((name) => `${api}:${name}`);
  return [...roleGrants(template)]
    .filter(([, statements]) =>
      statements.some(
        ({ Action, Resource }) => Resource.some(isIt) && Action.some((action) => actions.includes(action)),
      ),
    )
    .map(([role]) => role);
}

interface Demand {
  who: string;
  connections: number;
}

/**
 * Returns the connections that the functions of a role may use concurrently. The role of instances or containers declares
 * its connections in `Metadata.DatabaseConnections`, because the template does not show how many workers they run.
 */
function demandsOf(template: Template, role: string): Demand[] {
  const functions = resourcesOf(template, 'AWS::Lambda::Function').filter(
    ([, { Role }]) => findReferred(template, 'AWS::IAM::Role', Role) === role,
  );
  if (functions.length === 0) {
    const connections = readNumber(template.Resources[role]?.Metadata?.DatabaseConnections, Number.NaN);
    return [{ who: role, connections }];
  }
  return functions.map(([who]) => ({
    who,
    connections: functionConcurrency(template, who) * CONNECTIONS_PER_INVOCATION,
  }));
}

/** Default max_connections of Aurora PostgreSQL by maximum capacity, in ACU. */
const TABLE = limits.byCapacity as [capacity: number, connections: number][];

/**
 * Returns the number of connections that an Aurora PostgreSQL instance accepts. Between two rows of the table, the lower row
 * applies. With a minimum capacity of 0.5 ACU or less, the maximum is 2,000.
 *
 * @param least Minimum capacity, in ACU.
 * @param most Maximum capacity, in ACU.
 * @returns The number of connections; NaN for a capacity below the table's first row.
 */
function maxConnections(least: number, most: number): number {
  const connections = TABLE.findLast(([units]) => units <= most)?.[1] ?? Number.NaN;
  return least <= 0.5 ? Math.min(connections, limits.limitAtLowMinCapacity) : connections;
}
