/** @file What the studio offers: the schema of recipes, encoders, presets. */

import { computed, signal } from '@preact/signals';
import type { EncoderInfo, PresetInfo, StudioInfo } from '../../protocol.js';
import { api } from '../api.js';
import type { JsonNode } from '../json-node.js';

export const studio = signal<StudioInfo | undefined>(undefined);
export const encoders = signal<readonly EncoderInfo[]>([]);
export const presets = signal<readonly PresetInfo[] | undefined>(undefined);
/** Of a download of weights: 0 to 1, or null while its size is unknown. */
export const downloads = signal<Readonly<Record<string, number | null>>>({});

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
	await Promise.all([
		loadPresets(),
		api.encoders().then((all) => {
			encoders.value = all;
		}),
	]);
}
