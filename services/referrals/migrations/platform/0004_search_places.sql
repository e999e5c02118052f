-- Where a service can be visited stands in its own row: a distance needs no second table.

ALTER TABLE map_search
    ADD COLUMN latitudes float8[] NOT NULL DEFAULT '{}',
    ADD COLUMN longitudes float8[] NOT NULL DEFAULT '{}';
UPDATE map_search AS s SET latitudes = p.latitudes, longitudes = p.longitudes
FROM (SELECT service_id, array_agg(latitude ORDER BY location_id) AS latitudes,
             array_agg(longitude ORDER BY location_id) AS longitudes
      FROM map_search_places GROUP BY service_id) AS p
WHERE p.service_id = s.service_id;
ALTER TABLE map_search ALTER COLUMN latitudes DROP DEFAULT, ALTER COLUMN longitudes DROP DEFAULT;
DROP TABLE map_search_places;
