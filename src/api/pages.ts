/** Owns the parameters by which lists are read page by page (PROTOCOL §3). */
import { z } from 'zod';

const mostListed = 200;

const limitForm = `must be a whole number from 1 to ${mostListed}`;

/** Entries a page, as it stands in a query. @param unlessGiven so many where it is left out */
export function pageLimit(unlessGiven: number) {
  const description = `Entries a page, ${unlessGiven} unless given`;
  return z
    .string(limitForm)
    .refine(text => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= mostListed, limitForm)
    .transform(Number)
    .meta({ type: 'integer', minimum: 1, maximum: mostListed, description });
}

/** The list itself says whether it is one of its own. */
export const pageCursor = z.string().describe('`next` of the page before, with the same other parameters');
