import type { Json } from '../misbehaviour.ts';

/** A server as Barndoor stores it. */
export interface BarndoorServer {
  id: string;
  name: string;
  slug: string;
  connection_status: 'available' | 'pending' | 'connected' | 'error';
  provider: string | null;
  url: string | null;
  client_id?: string;
  client_secret?: string;
  meta: Json;
  /** Fields that are in answers but not in the documentation. */
  unknown: Json;
}
