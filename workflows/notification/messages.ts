/** Owns the name of the workflow that tells a receiver of one event of one transaction (PROTOCOL §4). */
export const notificationWorkflow = 'notification';
