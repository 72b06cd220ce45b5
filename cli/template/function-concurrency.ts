import { queueMappings } from './queues.ts';
import { asText, findReferred } from './references.ts';
import { propertiesOf, readNumber, readProperty, resourcesOf, type Template } from './template.ts';

/**
 * What nothing limits may take all that an account has in a region, by default.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const ACCOUNT_CONCURRENCY = 1_000;

/** Assumed where neither a queue nor a route leads to a function: a person or a deployment invokes it, and one more does. */
const BY_HAND = 2;

/**
 * The most invocations of a function that there may be at once: what its mappings and routes let through, and never more
 * than it reserves.
 *
 * A route lets through the burst that its stage allows. Its bucket is filled again at the stage's rate, so where answers
 * take longer than burst / rate seconds there can be more; what must not happen then needs reserved concurrency.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function functionConcurrency(template: Template, id: string): number {
  const mappings = queueMappings(template)
    .filter(({ functionId }) => functionId === id)
    .map(({ properties }) =>
      readNumber(readProperty(properties, 'ScalingConfig.MaximumConcurrency'), ACCOUNT_CONCURRENCY),
    );
  const sources = [...mappings, ...burstsOf(template, id)];
  const most = sources.length > 0 ? sources.reduce((sum, each) => sum + each, 0) : BY_HAND;
  return Math.min(most, readNumber(propertiesOf(template, id).ReservedConcurrentExecutions, most));
}

/** One for each route that leads to the function: the stage's settings apply to every route by itself. */
function burstsOf(template: Template, id: string): number[] {
  const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration')
    .filter(
      ([, { IntegrationUri }]) => findReferred(template, 'AWS::Lambda::Function', IntegrationUri) === id,
    )
    .map(([integrationId]) => `\${${integrationId}}`);
  return resourcesOf(template, 'AWS::ApiGatewayV2::Route')
    .filter(([, { Target }]) => integrations.some((integration) => asText(Target).endsWith(integration)))
    .map(([, route]) => burstOf(template, route));
}

function burstOf(template: Template, { ApiId, RouteKey }: Record<string, unknown>): number {
  const stages = resourcesOf(template, 'AWS::ApiGatewayV2::Stage')
    .filter(([, stage]) => asText(stage.ApiId) === asText(ApiId))
    .map(([, stage]) => stage);
  const bursts = stages.map((stage) => {
    const own = stage.RouteSettings as Record<string, unknown> | undefined;
    const settings = own?.[String(RouteKey)] ?? stage.DefaultRouteSettings;
    return readNumber(readProperty(settings, 'ThrottlingBurstLimit'), ACCOUNT_CONCURRENCY);
  });
  return bursts.length > 0 ? bursts.reduce((sum, each) => sum + each, 0) : ACCOUNT_CONCURRENCY;
}
