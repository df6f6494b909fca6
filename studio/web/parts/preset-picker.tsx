/** @file Looks to choose from, as small pictures. */

import { useSignal } from '@preact/signals';
import type { PresetInfo } from '../../protocol.js';
import { url } from '../api.js';
import { needsPicture, presetName, usePreset } from '../state/draft.js';
import { presets } from '../state/studio.js';
import { savingLook } from '../state/ui.js';
import { Icon } from './icon.js';
import { pickPicture } from './pictures.js';

function choose(preset: PresetInfo): void {
	usePreset(preset);
	if (needsPicture(preset)) pickPicture();
}

/** Looks that are shown at first, besides the default. */
const few = 7;

export function PresetPicker() {
	const open = useSignal(false);
	const all = presets.value;
	if (!all)
		return (
			<div class="looks" aria-hidden="true">
				{Array.from({ length: 8 }, (_, i) => (
					<span key={i} class="look skeleton" />
				))}
			</div>
		);
	const at = all.findIndex(({ name }) => name === presetName.value);
	// The one that is chosen is among them.
	const shown = open.value ? all : at < few ? all.slice(0, few) : [...all.slice(0, few - 1), all[at]!];
	return (
		<>
			<fieldset class="looks" aria-label="Look">
				<label class="look">
					<input type="radio" name="look" checked={!presetName.value} onChange={() => usePreset(undefined)} />
					<span class="look-picture">
						<svg viewBox="0 0 48 48" aria-hidden="true">
							<path d="M8 36C14 8 28 6 25 22s-6 18 16 8" />
						</svg>
					</span>
					<span class="look-name">Default</span>
				</label>
				{shown.map((preset) => (
					<label key={preset.name} class="look" title={preset.description}>
						<input
							type="radio"
							name="look"
							checked={preset.name === presetName.value}
							onChange={() => choose(preset)}
						/>
						<span class="look-picture">
							{preset.thumbnail && <img src={url.thumbnail(preset.name)} alt="" loading="lazy" decoding="async" />}
						</span>
						<span class="look-name">
							{preset.title}
							{needsPicture(preset) && <small>needs a picture</small>}
						</span>
					</label>
				))}
			</fieldset>
			<div class="row wrap looks-more">
				{all.length > few && (
					<button
						type="button"
						class="link"
						aria-expanded={open.value}
						onClick={() => {
							open.value = !open.value;
						}}
					>
						<Icon name={open.value ? 'up' : 'down'} /> {open.value ? 'Fewer looks' : `All ${all.length} looks`}
					</button>
				)}
				<button
					type="button"
					class="link"
					onClick={() => {
						savingLook.value = true;
					}}
				>
					<Icon name="plus" /> Save as preset
				</button>
			</div>
		</>
	);
}
