import { decodeDocument, type Database } from '@pics/database';
import { sql } from 'kysely';
import { Client } from 'pg';

/** What a transaction stored of an app: another text, no text any more, or another access. */
export interface StoredState {
  appid: number;
  transactionId: string;
  /** Null when only the access changed. */
  part: 'full' | 'public' | null;
  changeNumber: number | null;
  /** In hex; null when the text was deleted. */
  sha1: string | null;
  text: Buffer | null;
  access: string | null;
  /** Whether the first fill was over. */
  isFilled: boolean;
}

/**
 * Records every text and every access of an app that is committed from now on, by triggers: what was stored, in its order,
 * whatever the writer says about it.
 */
export async function recordStoredStates(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table stored_states (
      id bigint generated always as identity primary key,
      transaction_id xid8 not null default pg_current_xact_id(),
      appid integer not null, part text, change_number bigint, sha1 text, size integer, body bytea, access text,
      is_filled boolean not null
    );
    create function is_filled() returns boolean language sql as $$
      select filled_at is not null from pics_state
    $$;
    create function record_text() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        insert into stored_states (appid, part, is_filled) values (old.appid, old.part, is_filled());
      else
        insert into stored_states (appid, part, change_number, sha1, size, body, is_filled)
        values (new.appid, new.part, new.change_number, encode(new.sha1, 'hex'), new.size, new.body, is_filled());
      end if;
      return null;
    end $$;
    create function record_access() returns trigger language plpgsql as $$
    begin
      insert into stored_states (appid, access, is_filled) values (new.appid, new.pics_access, is_filled());
      return null;
    end $$;
    create trigger record_text after insert or delete on app_documents for each row execute function record_text();
    create trigger record_other_text after update on app_documents for each row
      when (old.sha1 <> new.sha1) execute function record_text();
    create trigger record_access after insert on apps for each row execute function record_access();
    create trigger record_other_access after update on apps for each row
      when (old.pics_access is distinct from new.pics_access) execute function record_access()`);
  await client.end();
}

/** What was recorded, in its order. */
export async function readStoredStates(database: Database): Promise<StoredState[]> {
  const { rows } = await sql<Omit<StoredState, 'text'> & { size: number | null; body: Buffer | null }>`
    select appid, transaction_id::text, part, change_number, sha1, size, body, access, is_filled
    from stored_states order by id
  `.execute(database);
  return rows.map(({ size, body, ...state }) => {
    const { sha1 } = state;
    const text = sha1 !== null && size !== null && body ? decodeDocument({ sha1, size, body }) : null;
    return { ...state, text };
  });
}
