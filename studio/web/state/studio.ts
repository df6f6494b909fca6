/** @file What the studio offers: the schema of recipes, encoders, presets. */

import { computed, signal } from '@preact/signals';
import type { DownloadNews, EncoderInfo, PresetInfo, StudioInfo } from '../../protocol.js';
import { api } from '../api.js';
import type { JsonNode } from '../json-node.js';

export const studio = signal<StudioInfo | undefined>(undefined);
export const encoders = signal<readonly EncoderInfo[]>([]);
export const presets = signal<readonly PresetInfo[] | undefined>(undefined);
/** Of a download of weights: 0 to 1, or null while its size is unknown. */
export const downloads = signal<Readonly<Record<string, number | null>>>({});
/** Why downloads failed, until they are tried again. */
export const failedDownloads = signal<Readonly<Record<string, string>>>({});

const without = <T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> => {
	const { [name]: _, ...others } = record;
	return others;
};

/** Fetch an encoder's weights; what goes wrong at once is thrown, the rest comes as news. */
export async function startDownload(name: string): Promise<void> {
	failedDownloads.value = without(failedDownloads.value, name);
	downloads.value = { ...downloads.value, [name]: null };
	try {
		await api.download(name);
	} catch (error) {
		downloads.value = without(downloads.value, name);
		throw error;
	}
}

/** Whether this was the news that all has come. */
export function takeDownloadNews({ source, current_bytes, total_bytes, problem }: DownloadNews): boolean {
	const done = problem !== undefined || current_bytes === total_bytes;
	downloads.value = done
		? without(downloads.value, source)
		: { ...downloads.value, [source]: total_bytes ? current_bytes / total_bytes : null };
	failedDownloads.value = problem
		? { ...failedDownloads.value, [source]: problem.detail }
		: without(failedDownloads.value, source);
	return done && !problem;
}

/** Also what is under way since before this page was there. */
async function loadEncoders(): Promise<void> {
	encoders.value = await api.encoders();
	const underway = encoders.value.flatMap(({ name, download }) =>
		download ? [[name, download.total_bytes ? download.current_bytes / download.total_bytes : null] as const] : [],
	);
	downloads.value = Object.fromEntries(underway);
}

export const schema = computed(() => studio.value?.schema as JsonNode | undefined);
export const sectionSchema = (name: string): JsonNode | undefined => schema.value?.properties?.[name];

export const presetNamed = (name: string | undefined): PresetInfo | undefined =>
	presets.value?.find((preset) => preset.name === name);

export async function loadPresets(): Promise<void> {
	presets.value = await api.presets();
}

/** `welcome`: have something drawn where nothing is there to look at. */
export async function loadStudio(welcome = false): Promise<void> {
	studio.value = await api.studio(welcome);
	await Promise.all([loadPresets(), loadEncoders()]);
}
