import fastify from 'fastify';
import { guardServer } from './guard-server.ts';
import { type DashboardOptions, registerDashboard } from './register-dashboard.ts';

/**
 * Serves the live page by itself, on 127.0.0.1.
 *
 * @param options.port 0 for any free one
 * @returns the page's address, and what ends the server at once, with all that is under way
 * @throws Error with code `EADDRINUSE` where the port is taken
 */
export async function startDashboard({
  port,
  ...options
}: DashboardOptions & { port: number }): Promise<{ url: string; stop(): Promise<void> }> {
  const app = fastify({ forceCloseConnections: true, exposeHeadRoutes: false });
  guardServer(app);
  registerDashboard(app, options);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { url: `${url}/`, stop: () => app.close() };
}
