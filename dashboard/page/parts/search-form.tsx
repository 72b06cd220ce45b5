import { useEffect, useId, useState } from 'preact/hooks';

interface SearchFormProps {
  label: string;
  value: string;
  /** Called with the trimmed text, which may be empty. */
  onSearch: (text: string) => void;
  /** Whether to show the label as a placeholder only. */
  compact?: boolean;
}

export function SearchForm({ label, value, onSearch, compact = false }: SearchFormProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const id = useId();
  return (
    <search>
      <form
        class={compact ? 'search compact' : 'search'}
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(text.trim());
        }}
      >
        <label for={id} class={compact ? 'visually-hidden' : undefined}>
          {label}
        </label>
        <div class="search-line">
          <input
            id={id}
            type="search"
            autocomplete="off"
            spellcheck={false}
            placeholder={compact ? label : undefined}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit">Search</button>
        </div>
      </form>
    </search>
  );
}
