/** @file Looks to choose from, as small pictures. */

import { useEffect, useRef } from 'preact/hooks';
import type { PresetInfo } from '../../protocol.js';
import { url } from '../api.js';
import { needsPicture, presetName, usePreset } from '../state/draft.js';
import { presets } from '../state/studio.js';
import { pickPicture } from './pictures.js';

function choose(preset: PresetInfo): void {
	usePreset(preset);
	if (needsPicture(preset)) pickPicture();
}

export function PresetPicker() {
	const box = useRef<HTMLFieldSetElement>(null);
	const all = presets.value;
	const name = presetName.value;
	useEffect(() => {
		const chosen = box.current?.querySelector<HTMLElement>('.look:has(:checked)');
		if (chosen && box.current) box.current.scrollTop = chosen.offsetTop - box.current.offsetTop - 5;
	}, [name, all]);
	if (!all)
		return (
			<div class="looks" aria-hidden="true">
				{Array.from({ length: 8 }, (_, i) => (
					<span key={i} class="look skeleton" />
				))}
			</div>
		);
	return (
		<fieldset ref={box} class="looks" aria-label="Look">
			<label class="look">
				<input type="radio" name="look" checked={!presetName.value} onChange={() => usePreset(undefined)} />
				<span class="look-picture">
					<svg viewBox="0 0 48 48" aria-hidden="true">
						<path d="M8 36C14 8 28 6 25 22s-6 18 16 8" />
					</svg>
				</span>
				<span class="look-name">Default</span>
			</label>
			{all.map((preset) => (
				<label key={preset.name} class="look" title={preset.description}>
					<input type="radio" name="look" checked={preset.name === presetName.value} onChange={() => choose(preset)} />
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
	);
}
