// The shelves of the outbox on the phone. A step is never changed once shipped: a phone may come back after a year.

export const NAME = "huiliu-outbox";

// items     what is not yet acknowledged: {id, owner, seq, payload, bytes, state, created_at, …}
// receipts  the last acknowledgements: {id, owner, payload, status, receipt, created_at, acknowledged_at}
// tallies   one row per owner: how many were created, acknowledged, withdrawn here since ever
// archive   what a person replaced or withdrew, whole: {id, …item, withdrawn_at, replaced_by?}
// keys      one signing key per owner
// known     last known state of lists, to be read offline
// photos    what is to come after its event: {event, sha256, owner, state, attempts, next_at, …}; photo_bytes the JPEGs
export const STEPS = [
  (db) => {
    const items = db.createObjectStore("items", {keyPath: "id"});
    items.createIndex("queue", ["owner", "state", "seq"]);
    const receipts = db.createObjectStore("receipts", {keyPath: "id"});
    receipts.createIndex("recent", ["owner", "acknowledged_at"]);
    db.createObjectStore("tallies", {keyPath: "owner"});
  },
  (db) => {
    const archive = db.createObjectStore("archive", {keyPath: "id"});
    archive.createIndex("owner", "owner");
    db.createObjectStore("keys", {keyPath: "owner"});
    db.createObjectStore("known", {keyPath: ["owner", "name"]});
  },
  (db) => {
    const photos = db.createObjectStore("photos", {keyPath: ["event", "sha256"]});
    photos.createIndex("queue", ["owner", "state"]);
    db.createObjectStore("photo_bytes", {keyPath: ["event", "sha256"]});
  },
];

export const VERSION = STEPS.length;

/** Every step after the version that the phone has. */
export function upgrade(db, from) {
  for (const step of STEPS.slice(from)) step(db);
}
