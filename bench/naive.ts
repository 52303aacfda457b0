/** Owns the one activity of the naive workflow: a request to a participant, repeated by Temporal until it is answered well. */

export interface NaiveCall {
  readonly url: string;
  readonly id: string;
}

export const naiveActivities = {
  async naiveCall({ url, id }: NaiveCall): Promise<void> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id }),
    });
    await response.arrayBuffer(); // so that the connection is free again
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  },
};
