import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface ModalProps {
  heading: string;
  /** Also called on Escape. */
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
}

/** A dialog that is open while it is rendered. The browser traps focus in it and restores focus on close. */
export function Modal({ heading, onClose, children, wide = false }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    // Screen readers announce the heading first, and Enter cannot trigger a control by accident.
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
