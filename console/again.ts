/** Owns what is handed out in place of the program of another build (`src/api/console/routes.ts`): a program of its own, which reads the page again. */
import { readAgain } from './readAgain';

readAgain();
