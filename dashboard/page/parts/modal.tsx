import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface ModalProps {
  heading: string;
  /** Called on Escape, too. */
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

/** A dialog that is open for as long as it is rendered. The browser keeps focus in it, and gives it back. */
export function Modal({ heading, onClose, children, wide = false }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    // Not the first control: what the dialog is about is read first, and Enter does nothing yet.
    title.current?.focus();
    return () => opened?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'wide' : ''}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id} ref={title} tabIndex={-1} class="dialog-heading">
        {heading}
      </h2>
      {children}
    </dialog>
  );
}
