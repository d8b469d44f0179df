// One error of the outbox, by its code; the pages hold the words.

/** `code`: not_saved · id_taken · too_large · outbox_closed · outbox_newer · not_in_tray · too_many. */
export class OutboxError extends Error {
  constructor(code, cause) {
    super(code, {cause});
    this.code = code;
  }
}

const CODES = {VersionError: "outbox_newer", InvalidStateError: "outbox_closed"};

/** What IndexedDB threw, by our code. Refused room is an error of writing only. */
export function known(error, mode) {
  if (error instanceof OutboxError) return error;
  return new OutboxError(CODES[error?.name] ?? (mode === "readwrite" ? "not_saved" : "outbox_closed"), error);
}
