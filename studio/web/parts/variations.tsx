/** @file Variations of what was drawn before: the same recipe with other seeds. */

import { useEffect } from 'preact/hooks';
import { url } from '../api.js';
import { load, outputs } from '../state/outputs.js';
import { go } from '../state/ui.js';
import { vary } from '../state/vary.js';

export function Variations() {
	useEffect(() => void (outputs.value === undefined && load()), []);
	const recent = outputs.value?.slice(0, 12) ?? [];
	if (recent.length === 0) return null;
	return (
		<section class="variations" aria-label="Variations">
			<h2>More of what you drew</h2>
			<p class="hint">Four new ones of the same recipe, each with a seed of its own.</p>
			<ul class="strip">
				{recent.map((info) => (
					<li key={info.id}>
						<button
							type="button"
							aria-label={`Four variations of ${info.title}`}
							onClick={async () => {
								if (await vary(info.recipe, 4)) go('studio');
							}}
						>
							<img src={url.image(info.id, 320)} alt="" loading="lazy" decoding="async" />
							<span>{info.title}</span>
						</button>
					</li>
				))}
			</ul>
		</section>
	);
}
