import { asText } from '../../template/as-text.ts';
import { findReferred } from '../../template/find-referred.ts';
import { functionConcurrency } from '../../template/function-concurrency.ts';
import { functionGrants } from '../../template/function-grants.ts';
import { readNumber, readProperty } from '../../template/read-property.ts';
import { resourcesOf, type Template } from '../../template/template.ts';
import { maxConnections } from '../max-connections.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

/** The Data APIs are asked one statement, or one transaction, after the other. */
const CONNECTIONS_PER_INVOCATION = 1;

/** The rest is for people, for AWS's own sessions, and for transactions that outlive their invocation. */
const SHARE = 0.8;

/**
 * Statements that the Redshift Data API holds at once, under way or waiting; fewer than the 2,000 connections of a
 * workgroup (https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html). 200 is what AWS's page said in
 * the last copy of it that could be read here; a limit raised since then only means more headroom.
 */
const REDSHIFT_STATEMENTS = 200;

export const databaseConnections: Rule = {
  id: 'database-connections',
  title: 'All functions at once leave a database some of its connections',
  page: 'https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html',
  examine: (template) => [
    ...resourcesOf(template, 'AWS::RDS::DBCluster').map(([id, cluster]) => {
      const scaling = 'ServerlessV2ScalingConfiguration';
      const least = readNumber(readProperty(cluster, `${scaling}.MinCapacity`), Number.NaN);
      const most = readNumber(readProperty(cluster, `${scaling}.MaxCapacity`), Number.NaN);
      const limit = maxConnections(least, most);
      const place = `${id}.${scaling}.MaxCapacity`;
      return examineDatabase(template, id, place, 'rds-data', limit, `connections at ${most} ACU`);
    }),
    ...onPage(
      'https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html',
      resourcesOf(template, 'AWS::RedshiftServerless::Workgroup').map(([id]) =>
        examineDatabase(template, id, id, 'redshift-data', REDSHIFT_STATEMENTS, 'statements of the Data API'),
      ),
    ),
  ],
};

function examineDatabase(
  template: Template,
  id: string,
  place: string,
  api: string,
  limit: number,
  unit: string,
): Check {
  const demands = askersOf(template, id, api).map((functionId) => ({
    functionId,
    connections: functionConcurrency(template, functionId) * CONNECTIONS_PER_INVOCATION,
  }));
  const sum = demands.reduce((total, { connections }) => total + connections, 0);
  const most = Math.floor(SHARE * limit);
  const terms = demands.map(({ functionId, connections }) => `${functionId} ${connections}`).join(' + ');
  return check(
    place,
    sum <= most,
    `${sum} = ${terms}`,
    `at most ${most}: ${100 * SHARE} % of ${limit} ${unit}`,
  );
}

/** Functions that may run a statement in the database. */
function askersOf(template: Template, id: string, api: string): string[] {
  const type = template.Resources[id]?.Type ?? '';
  const isIt = (resource: unknown) =>
    asText(resource) === '*' || findReferred(template, type, resource) === id;
  return [...functionGrants(template)]
    .filter(([, statements]) =>
      statements.some(
        ({ Action, Resource }) =>
          Resource.some(isIt) &&
          Action.some(
            (action) =>
              action === `${api}:*` || (action.startsWith(`${api}:`) && action.endsWith('ExecuteStatement')),
          ),
      ),
    )
    .map(([functionId]) => functionId);
}
