import type { Optional, Relationships, Rows, ViewName } from './rows.d.ts';
import type { Encoding, JsonEncoding } from './values.d.ts';

/** A row of a table or view, such as `Row<'apps'>`. */
export type Row<Name extends keyof Rows, As extends Encoding = JsonEncoding> = Rows<As>[Name];

type Nullable<Of> = { [Column in keyof Of]: null extends Of[Column] ? Column : never }[keyof Of];

/** Columns that may be left out of a new row: NULL is allowed, or the database has a default. */
type OptionalColumn<Name extends keyof Rows> =
  | Nullable<Rows[Name]>
  | (Name extends keyof Optional ? Extract<Optional[Name], keyof Rows[Name]> : never);

type Insert<Name extends keyof Rows> = Omit<Rows[Name], OptionalColumn<Name>> & {
  [Column in OptionalColumn<Name>]?: Rows[Name][Column];
};

/** A type, not an interface: supabase-js takes only what is assignable to a Record. */
type Flat<Of> = { [Key in keyof Of]: Of[Key] };

type Table<Name extends keyof Rows> = {
  Row: Rows[Name];
  Insert: Flat<Insert<Name>>;
  Update: Partial<Rows[Name]>;
  Relationships: Name extends keyof Relationships ? Relationships[Name] : [];
};

type View<Name extends keyof Rows> = { Row: Rows[Name]; Relationships: [] };

/** The schema `public` in the form that supabase-js takes: `createClient<Database>(…)`. */
export type Database = {
  public: {
    Tables: { [Name in Exclude<keyof Rows, ViewName>]: Table<Name> };
    Views: { [Name in ViewName]: View<Name> };
    Functions: { [Name in never]: never };
    Enums: { [Name in never]: never };
    CompositeTypes: { [Name in never]: never };
  };
};
