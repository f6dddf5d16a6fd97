import type { Json } from '../misbehaviour.ts';

/** A server as Alloy stores it. */
export interface AlloyServer {
  serverId: string;
  name: string;
  description: string;
  restrictions: Json;
  /** Accepted, and never answered. */
  instructions?: string;
  url: string;
  /** Contains a valid token. */
  accessUrl: string;
  createdAt: string;
  updatedAt: string;
  /** Whose server it is: the value of `x-alloy-userid`. */
  userId: string;
  /** Fields that are in answers but not in the documentation. */
  unknown: Json;
}
