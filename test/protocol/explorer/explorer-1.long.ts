/** A share of the larger explorations: more attempts, more operators, participants followed together to the end. */
import { exploreShare } from './longShare';

exploreShare(1);
