/** Returns the JSON with which Lambda reports a thrown value to the caller. */
export function errorPayload(thrown: unknown): string {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] });
}
