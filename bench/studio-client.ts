/** @file A studio's REST routes, for benchmarks. */

/** Ask a studio at this address: GET, or POST where there is a body. */
export const studioClient =
	(url: string) =>
	async <T>(path: string, body?: unknown): Promise<T> => {
		const answer = await fetch(`${url}api/v1${path}`, {
			...(body !== undefined && {
				method: 'POST',
				body: JSON.stringify(body),
				headers: { 'content-type': 'application/json' },
			}),
		});
		return (await answer.json()) as T;
	};
