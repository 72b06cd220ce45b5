/**
 * Lets one task at a time run for each name, in the order that they came: looking at a dead-letter queue hides its messages
 * for a moment, so two at once would each see a part of it.
 */
export function takeTurns<Name>(): <Value>(name: Name, task: () => Promise<Value>) => Promise<Value> {
  const last = new Map<Name, Promise<unknown>>();
  return (name, task) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(task);
    last.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  };
}
