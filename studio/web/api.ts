/** @file The REST routes, as functions. Problems come as ApiError with the server's own words. */

import type { EditRequest } from '../../src/recipe/edits.js';
import type {
	CheckedRecipe,
	EncoderInfo,
	FrameList,
	NoRecipe,
	OutputInfo,
	OutputList,
	PresetInfo,
	Problem,
	PromptPreview,
	QueueInfo,
	ReadRecipe,
	RunInfo,
	StudioInfo,
	UploadInfo,
} from '../protocol.js';

const base = '/api/v1';

/** A problem that the server told, or that it could not be reached. */
export class ApiError extends Error {
	constructor(
		readonly code: string,
		message: string,
		readonly issues: NonNullable<Problem['issues']> = [],
	) {
		super(message);
	}
}

async function answered(path: string, init: RequestInit = {}): Promise<Response> {
	let response: Response;
	try {
		response = await fetch(base + path, init);
	} catch (error) {
		if ((error as Error).name === 'AbortError') throw error;
		throw new ApiError('E_OFFLINE', 'The studio does not answer. Is it still running?');
	}
	if (response.ok) return response;
	const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
	throw new ApiError(
		problem?.code ?? 'E_HTTP',
		problem?.detail ?? `The studio answered ${response.status} ${response.statusText}.`,
		problem?.issues,
	);
}

async function json<T>(path: string, init?: RequestInit): Promise<T> {
	const response = await answered(path, init);
	return (response.status === 204 ? undefined : await response.json()) as T;
}

const send = <T>(method: string, path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> =>
	json(path, {
		method,
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
		...(signal && { signal }),
	});

const sendFile = <T>(path: string, file: Blob, name: string, type = 'application/octet-stream'): Promise<T> =>
	json(path, {
		method: 'POST',
		headers: { 'content-type': type, 'x-file-name': encodeURIComponent(name) },
		body: file,
	});

const at = encodeURIComponent;
type Draft = Readonly<Record<string, unknown>>;

export interface NewRuns {
	readonly recipe: Draft;
	readonly count?: number;
	readonly seconds?: number;
	readonly front?: boolean;
	readonly explore?: boolean;
}

export const api = {
	studio: (welcome: boolean) => json<StudioInfo>(`/studio${welcome ? '' : '?welcome=0'}`),
	encoders: async () => (await json<{ encoders: readonly EncoderInfo[] }>('/encoders')).encoders,
	download: (name: string) => send('POST', `/encoders/${at(name)}/download`),

	start: async (runs: NewRuns) => (await send<{ runs: readonly RunInfo[] }>('POST', '/runs', runs)).runs,
	runs: async () => (await json<{ runs: readonly RunInfo[] }>('/runs')).runs,
	run: (id: string) => json<RunInfo>(`/runs/${at(id)}`),
	forget: (id: string) => send('DELETE', `/runs/${at(id)}`),
	command: (id: string, command: 'pause' | 'resume' | 'stop' | 'skip') =>
		send<RunInfo>('POST', `/runs/${at(id)}/commands`, { command }),
	edit: (id: string, edit: EditRequest) => send<RunInfo>('POST', `/runs/${at(id)}/commands`, { command: 'edit', edit }),
	branch: (id: string, body: Draft) => send<RunInfo>('POST', `/runs/${at(id)}/branch`, body),
	retry: (id: string) => send<RunInfo>('POST', `/runs/${at(id)}/retry`),
	frames: (id: string) => json<FrameList>(`/runs/${at(id)}/frames`),
	frame: async (id: string, step: number, signal?: AbortSignal) => {
		const response = await answered(`/runs/${at(id)}/frames/${step}`, signal ? { signal } : {});
		return { type: response.headers.get('content-type') ?? '', data: new Uint8Array(await response.arrayBuffer()) };
	},

	queue: () => json<QueueInfo>('/queue'),
	queueCommand: (body: Draft) => send<QueueInfo>('POST', '/queue', body),

	check: (recipe: Draft, signal?: AbortSignal) => send<CheckedRecipe>('POST', '/recipes/check', { recipe }, signal),
	previewPrompts: (prompts: readonly string[], seed: number) =>
		send<PromptPreview>('POST', '/recipes/prompts', { prompts, seed }),
	readLink: (link: string) => send<ReadRecipe>('POST', '/recipes/read', { link }),
	readFile: (file: File) => sendFile<ReadRecipe | NoRecipe>('/recipes/read', file, file.name),
	link: (recipe: Draft) => send<{ readonly fragment: string }>('POST', '/recipes/link', { recipe }),

	outputs: (query: Readonly<Record<string, string>>) => json<OutputList>(`/outputs?${new URLSearchParams(query)}`),
	output: (id: string) => json<OutputInfo>(`/outputs/${at(id)}`),
	star: (id: string, starred: boolean) => send<OutputInfo>('PATCH', `/outputs/${at(id)}`, { starred }),
	remove: (id: string) => send('DELETE', `/outputs/${at(id)}`),
	restore: (id: string) => send('POST', `/outputs/${at(id)}/restore`),
	emptyTrash: () => send('DELETE', '/outputs?trash=1'),

	presets: async () => (await json<{ presets: readonly PresetInfo[] }>('/presets')).presets,
	savePreset: (body: Draft) => send<PresetInfo>('POST', '/presets', body),
	deletePreset: (name: string) => send('DELETE', `/presets/${at(name)}`),
	restorePreset: (name: string) => send<PresetInfo>('POST', `/presets/${at(name)}/restore`),
	importPresets: (file: File, replace: boolean) =>
		sendFile<{ readonly names: readonly string[] }>(`/presets/import${replace ? '?replace=1' : ''}`, file, file.name),

	upload: (file: File) => sendFile<UploadInfo>('/uploads', file, file.name, file.type || 'image/png'),
};

/** Addresses of pictures and files, for `src` and `href`. */
export const url = {
	image: (id: string, width?: number) => `${base}/outputs/${at(id)}/image${width ? `?width=${width}` : ''}`,
	/** The drawing, sharp at any size where it is vectors. */
	picture: ({ id, vector }: RunInfo) => (vector ? url.export(id, 'svg') : url.image(id)),
	export: (id: string, format: string, options: Readonly<Record<string, string>> = {}) =>
		`${base}/outputs/${at(id)}/export?${new URLSearchParams({ format, ...options })}`,
	thumbnail: (preset: string) => `${base}/presets/${at(preset)}/thumbnail`,
	preset: (name: string) => `${base}/presets/${at(name)}/export`,
	upload: (id: string) => `${base}/uploads/${id}`,
};
