import limits from '../../../resources/aurora-max-connections.json' with { type: 'json' };
import { functionConcurrency } from '../../template/function-concurrency.ts';
import { roleGrants } from '../../template/policy-statements.ts';
import { asText, findReferred } from '../../template/references.ts';
import { readNumber, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

/** The Data APIs are asked one statement, or one transaction, after the other. */
const CONNECTIONS_PER_INVOCATION = 1;

/** The rest is for people, for AWS's own sessions, and for transactions that outlive their invocation. */
const SHARE = 0.8;

/**
 * Statements that the Redshift Data API holds at once, under way or waiting; fewer than the 2,000 connections of a
 * workgroup (https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html). 200 is from an earlier edition of
 * AWS's page: a limit that was raised since then only means more headroom.
 */
const REDSHIFT_STATEMENTS = 200;

interface Database {
  id: string;
  /** What to change where the functions ask too much of it. */
  place: string;
  /** Prefix of the Data API's actions. */
  api: string;
  limit: number;
  /** Of the limit. */
  unit: string;
}

export const databaseConnections: Rule = {
  id: 'database-connections',
  title: 'All functions at once leave a database some of its connections',
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
      unit: `connections at ${tell(most)} ACU`,
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
  const terms = demands.map(({ who, connections }) => `${who} ${tell(connections)}`).join(' + ');
  const expected = `at most ${tell(most)}: ${100 * SHARE} % of ${tell(limit)} ${unit}`;
  return check(place, sum <= most, `${tell(sum)} = ${terms}`, expected);
}

const tell = (count: number): string => (Number.isNaN(count) ? 'unknown' : String(count));

/** Logical ids of the roles that may run a statement in the database. */
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
 * What the functions of a role may ask at once. A role that is of none, but of instances or containers, says so itself:
 * how many workers one of them runs cannot be seen in a template.
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

/** Largest capacity (ACU) of an instance, and what PostgreSQL's max_connections is by default then. */
const TABLE = limits.byCapacity as [capacity: number, connections: number][];

/**
 * Returns the connections that an Aurora PostgreSQL instance accepts at least. Between two rows of the table, the lower one
 * counts.
 *
 * With a minimum of 0.5 ACU or less there are never more than 2,000, says the page that the table is from.
 *
 * @param least capacity, in ACU
 * @param most capacity, in ACU
 * @returns NaN for a capacity below the table's first row
 */
function maxConnections(least: number, most: number): number {
  const connections = TABLE.findLast(([units]) => units <= most)?.[1] ?? Number.NaN;
  return least <= 0.5 ? Math.min(connections, limits.mostWithLittleCapacity) : connections;
}
